"""What each role sees and changes by plain SQL, around all of the shop's own code."""

from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from shopflow.access.rights import APP_WRITES, PROTECTED, SECRET_COLUMNS, all_tables
from shopflow.lib.roles import Role
from shopflow.lib.transactions import sqlstate
from tests.access.asking import being, one, refused, rows, run
from tests.access.people import People, Person
from tests.ledger import ledger

pytestmark = pytest.mark.django_db

TABLES = sorted(PROTECTED)
OF_ORDERS = sorted(table for table, column in PROTECTED.items() if column == "order_id")
WRITTEN = sorted(set(PROTECTED) & APP_WRITES)


def ids(table: str) -> set[Any]:
    return {value for (value,) in rows("SELECT id FROM {table}", table=table)}


def touch(table: str, row_ids: list[Any]) -> int:
    change = "UPDATE {table} SET updated_at = now() WHERE id = ANY(%s)"
    return run(change, row_ids, table=table)


def working_for(person: Person) -> AbstractContextManager[None]:
    """As pages do."""
    if person.user_id:
        return being(Role.APP, user_id=person.user_id)
    return being(Role.APP, guest_order=person.order.pk)


def insert_like(table: str, row_id: Any, **changes: Any) -> tuple[str, str]:
    """Return a statement that inserts a row like this one, and its only argument."""
    names = one(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        table,
    )
    row = one(
        "SELECT (to_jsonb(t) || jsonb_object(%s, %s))::text FROM {table} t WHERE id = %s",
        ["id", *changes],
        [str(uuid4()), *map(str, changes.values())],
        row_id,
        table=table,
    )
    source = f"jsonb_populate_record(NULL::{table}, %s)"
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {source}", row  # noqa: S608 - names of the catalogue


@ledger("S0-28", "C-52", "S3-24")
@pytest.mark.parametrize("table", TABLES)
def test_are_none_for_nobody(people: People, table: str) -> None:
    with being(Role.APP):
        assert ids(table) == set()
        # After its first use the setting reads '' instead of NULL.
        assert one("SELECT current_setting('app.user_id', true)") == ""

    assert len(ids(table)) >= 2


@ledger("S0-28", "C-52", "S3-24")
@pytest.mark.parametrize("table", TABLES)
def test_are_each_persons_own(people: People, table: str) -> None:
    for person in people:
        with working_for(person):
            assert ids(table) == person.rows(table)


@pytest.mark.parametrize("table", OF_ORDERS)
def test_of_a_proved_order_stand_beside_ones_own(people: People, table: str) -> None:
    with being(Role.APP, user_id=people.ada.user_id, guest_order=people.guest.order.pk):
        assert ids(table) == people.ada.rows(table) | people.guest.rows(table)


@ledger("S0-28", "C-52")
@pytest.mark.parametrize("table", TABLES)
def test_of_another_are_never_inserted(people: People, table: str) -> None:
    [row_id, *_] = people.bob.rows(table)
    insert, row = insert_like(table, row_id)

    with working_for(people.ada), refused():
        run(insert, row)


@pytest.mark.parametrize("table", OF_ORDERS)
def test_of_ones_own_are_never_put_beside_anothers_order(people: People, table: str) -> None:
    [row_id, *_] = people.bob.rows(table)
    insert, row = insert_like(table, row_id, user_id=people.ada.user_id)

    with working_for(people.ada), refused():
        run(insert, row)


@ledger("S0-28", "C-52")
@pytest.mark.parametrize("table", WRITTEN)
def test_of_another_are_not_there_to_be_changed(people: People, table: str) -> None:
    theirs = list(people.bob.rows(table))

    with working_for(people.ada):
        assert touch(table, theirs) == 0
        lock = "SELECT id FROM {table} WHERE id = ANY(%s) FOR UPDATE"
        assert rows(lock, theirs, table=table) == []


@pytest.mark.parametrize("table", WRITTEN)
def test_are_not_handed_to_another(people: People, table: str) -> None:
    [row_id, *_] = people.ada.rows(table)
    give = "UPDATE {table} SET user_id = %s WHERE id = %s"

    with working_for(people.ada), pytest.raises(DatabaseError) as refusal:
        run(give, people.bob.user_id, row_id, table=table)
    # A trigger that freezes the row may come first.
    assert sqlstate(refusal.value) in {"42501", "23514"}


@pytest.mark.parametrize("table", TABLES)
def test_are_not_deleted_and_not_written_where_no_page_writes(people: People, table: str) -> None:
    with working_for(people.ada), refused():
        run("DELETE FROM {table}", table=table)
    if table not in APP_WRITES:
        with working_for(people.ada), refused():
            touch(table, list(people.ada.rows(table)))


def test_make_nobody_an_owner(people: People) -> None:
    change = "UPDATE users SET {column} = %s WHERE id = %s"
    for column, value in (("role", "admin"), ("is_superuser", True)):
        with working_for(people.ada), refused():
            run(change, value, people.ada.user_id, column=column)

    with working_for(people.ada):
        assert run(change, "Augusta", people.ada.user_id, column="first_name") == 1


@pytest.mark.parametrize("role", [Role.WORKER, Role.ADMIN, Role.READONLY, Role.AUDIT])
def test_are_all_there_for_the_shop_itself(people: People, role: Role) -> None:
    for table in TABLES:
        everything = ids(table)
        with being(role):
            assert ids(table) == everything


@ledger("S0-30", "C-53")
@pytest.mark.parametrize("table", sorted(SECRET_COLUMNS))
def test_show_no_secret_in_reports(table: str) -> None:
    with being(Role.READONLY), refused():
        run("SELECT * FROM {table}", table=table)
    for column in SECRET_COLUMNS[table]:
        with being(Role.READONLY), refused():
            run("SELECT {column} FROM {table}", table=table, column=column)
    with being(Role.READONLY):
        run("SELECT id FROM {table}", table=table)


@ledger("S0-30", "C-53")
@pytest.mark.parametrize("role", [Role.READONLY, Role.AUDIT])
def test_are_written_by_nobody_who_only_looks(role: Role) -> None:
    for table in all_tables():
        for statement in (
            "INSERT INTO {table} DEFAULT VALUES",
            "UPDATE {table} SET id = id WHERE false",
            "DELETE FROM {table} WHERE false",
        ):
            with being(role), refused():
                run(statement, table=table)


@ledger("S0-30", "C-53")
def test_are_all_read_by_who_checks() -> None:
    with being(Role.AUDIT):
        for table in all_tables():
            run("SELECT * FROM {table} LIMIT 1", table=table)


def test_are_found_by_number_and_email_only_when_both_are_right(people: People) -> None:
    order = people.bob.order
    asked = "SELECT shop_find_order(%s, %s)"

    with being(Role.APP):
        assert one(asked, order.order_number, order.customer_email) == order.pk
        assert one(asked, order.order_number, people.ada.order.customer_email) is None
        assert one(asked, order.order_number, "%") is None
    with being(Role.READONLY), refused():
        run(asked, order.order_number, order.customer_email)
