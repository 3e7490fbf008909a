"""Every foreign key's declared `on_delete` is what the database does."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models

from tests.ledger import ledger

LETTERS = {
    models.CASCADE: "c",
    models.SET_NULL: "n",
    models.SET_DEFAULT: "d",
    models.RESTRICT: "r",
    models.PROTECT: "r",
    models.DO_NOTHING: "a",
}
# https://www.postgresql.org/docs/18/catalog-pg-constraint.html
DELETE_ACTIONS = """
    SELECT attname, confdeltype::text
    FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND cardinality(conkey) = 1 AND conrelid = %s::regclass
"""


def differences() -> Iterator[str]:
    """Return a sentence for each foreign key whose ON DELETE isn't the declared one."""
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(DELETE_ACTIONS, [f'"{table}"'])
            actions = dict(cursor.fetchall())
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey):
                on_delete = field.remote_field.on_delete
                declared = LETTERS[on_delete] if on_delete else None
                found = actions.get(field.column)
                if found != declared:
                    yield f"{table}.{field.column}: declared {declared}, found {found}"


@ledger("S2-91")
@pytest.mark.django_db
def test_the_database_deletes_as_declared() -> None:
    assert "\n".join(differences()) == ""


@pytest.mark.django_db
def test_another_action_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = 'order_items'::regclass"
            " AND confrelid = 'orders'::regclass"
        )
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER TABLE order_items DROP CONSTRAINT "{name}"')
        without = list(differences())
        cursor.execute(
            "ALTER TABLE order_items ADD CONSTRAINT planted"
            " FOREIGN KEY (order_id) REFERENCES orders ON DELETE SET NULL"
        )

    planted = list(differences())

    assert without == ["order_items.order_id: declared c, found None"]
    assert planted == ["order_items.order_id: declared c, found n"]
