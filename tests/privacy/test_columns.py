"""Nobody adds a column about a person and forgets what becomes of it."""

from collections.abc import Iterator

import pytest
from django.db import connection

from shopflow.access.rights import HARD_DELETED, PERSONAL_COLUMNS, SECRET_COLUMNS
from shopflow.privacy import columns
from shopflow.privacy.paths import ACTORS, OF_ONE_OF_TWO, ONLY_BY, USERS, columns_of, tables

pytestmark = pytest.mark.django_db

# Columns by which a table would be about a person even without a foreign key.
TELLING = r"^(user|order)_id$|(^|_)(email|phone|ip|ip_address|first_name|last_name)$"
WORDS = "{text,varchar,bpchar,json,jsonb,inet,citext,_text,_varchar}"
KEYS = """
SELECT child.relname, attname, parent.relname
FROM pg_constraint
JOIN pg_class AS child ON child.oid = conrelid JOIN pg_class AS parent ON parent.oid = confrelid
JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f' AND child.relnamespace = 'public'::regnamespace AND conparentid = 0
"""
COLUMNS = """
SELECT relname, attname, typname = ANY (%s::text[]), attname ~ %s
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_type ON pg_type.oid = atttypid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
AND attnum > 0 AND NOT attisdropped
ORDER BY relname, attname
"""


def read(sql: str, *params: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def unknown_tables() -> set[str]:
    """Tables that lead to a person, by a key or by a name, and that nobody erases."""
    about = {USERS, *(table for table, _, _, tells in read(COLUMNS, WORDS, TELLING) if tells)}
    keys = [(child, parent) for child, column, parent in read(KEYS) if column not in ACTORS]
    while more := {child for child, parent in keys if parent in about} - about:
        about |= more
    return about - set(tables())


def unknown_columns() -> Iterator[str]:
    """Texts of tables with rows about people, of which nobody has said what they say."""
    for table, column, is_words, _ in read(COLUMNS, WORDS, TELLING):
        if not is_words or table not in tables() or table in HARD_DELETED:
            continue
        field = columns_of(table).get(column)
        known = (PERSONAL_COLUMNS, SECRET_COLUMNS, columns.IMPERSONAL)
        places = [place for place in known if column in place.get(table, ())]
        if len(places) != 1 and not (field and field.choices):
            yield f"{table}.{column}"


def test_every_table_about_a_person_is_known() -> None:
    assert unknown_tables() == set()


def test_every_text_about_a_person_is_known() -> None:
    assert list(unknown_columns()) == []


@pytest.mark.parametrize("kind", ["text", "varchar(10)", "jsonb", "inet", "text[]"])
def test_a_new_text_is_missed(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE order_notes ADD planted {kind}")

    assert list(unknown_columns()) == ["order_notes.planted"]


@pytest.mark.parametrize(
    "column",
    [
        "order_id uuid REFERENCES orders",
        "line uuid REFERENCES refund_items",
        "author uuid REFERENCES users",
        "user_id uuid",
        "contact_email text",
        "ip inet",
    ],
)
def test_a_new_table_is_missed(column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE diaries ({column})")

    assert unknown_tables() == {"diaries"}


def test_every_key_to_a_person_says_whether_it_is_about_them() -> None:
    names = {column for _, column, parent in read(KEYS) if parent == USERS}

    assert names == {"user_id"} | (ACTORS - {"requested_by"})


def test_every_personal_column_has_its_fate() -> None:
    known = {*tables(), *columns.GOES_BY_ITSELF}

    assert set(PERSONAL_COLUMNS) - known == set()


@pytest.mark.parametrize("name", ["LEFT", "KEPT_BY_LAW", "IMPERSONAL"])
def test_nothing_is_declared_of_columns_that_arent_there(name: str) -> None:
    for table, named in getattr(columns, name).items():
        assert set(named) - set(columns_of(table)) == set(), table


def test_nothing_is_declared_of_tables_that_arent_there() -> None:
    named = {*columns.NOT_EXPORTED, *ONLY_BY, *OF_ONE_OF_TWO, *columns.KEPT_BY_LAW}

    assert named - set(tables()) == set()
    for table, kept in columns.KEPT_BY_LAW.items():
        assert kept - set(PERSONAL_COLUMNS[table]) == set()
