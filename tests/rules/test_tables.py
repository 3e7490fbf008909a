"""What holds for every table of the shop, read from the database and tried by SQL alone."""

from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now

from shopflow.lib.fields import MoneyField
from tests.ledger import ledger
from tests.rules import schema
from tests.rules.proofs import run, without
from tests.rules.rows import bare, column_of, insert, row, update, valid

pytestmark = pytest.mark.django_db
Model = type[models.Model]
MODELS = {model._meta.db_table: model for model in schema.our_models()}
# Django makes the tables of many-to-many fields: they are numbered and bear no comment.
WRITTEN = {table: model for table, model in MODELS.items() if not model._meta.auto_created}
CHANGING = [
    table
    for table, model in MODELS.items()
    if any(field.column == "updated_at" for field in model._meta.local_fields)
]
COMMENTS = """
    SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
"""
KEYS = """
    SELECT relname, string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ')
    FROM pg_constraint
    JOIN pg_class AS t ON t.oid = conrelid
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'p' AND t.relnamespace = 'public'::regnamespace
    GROUP BY relname
"""
EXACT = """
    SELECT table_name, column_name, numeric_precision, numeric_scale
    FROM information_schema.columns WHERE table_schema = 'public' AND udt_name = 'numeric'
"""
UNWANTED = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public'
        AND udt_name IN ('float4', 'float8', 'json', 'money', 'time', 'timestamp', 'timetz')
"""


def fields(model: Model) -> list[Any]:
    """The model's columns, but for those that the database computes."""
    return [field for field in model._meta.local_concrete_fields if not field.generated]


@ledger("S2-112", "S3-15")
@pytest.mark.parametrize("table", MODELS)
def test_refuses_what_is_empty(table: str) -> None:
    declared = {field.column: field.null for field in fields(MODELS[table])}
    values = valid(table)

    for column, may_be_empty in declared.items():
        assert schema.columns(table)[column].is_nullable is may_be_empty, column
        if not may_be_empty:
            with pytest.raises(IntegrityError) as refused, transaction.atomic():
                insert(table, {**values, column: None})
            diagnosis = refused.value.__cause__.diag  # type: ignore[union-attr]  # psycopg's own
            assert (diagnosis.sqlstate, diagnosis.column_name) == ("23502", column)


@ledger("S2-24", "S2-117")
@pytest.mark.parametrize("table", MODELS)
def test_fills_in_what_is_left_out(table: str) -> None:
    model = MODELS[table]
    # The key is known before the insert: the program makes it.
    filled = [
        field
        for field in fields(model)
        if not field.primary_key and (field.has_default() or field.has_db_default())
    ]

    # A row may have to say more than it must give: a cart needs a user or a token.
    with without(*schema.rules_of(table)):
        [(before,)] = schema.read("SELECT clock_timestamp()")
        saved = model._base_manager.values().get(pk=insert(table, bare(table)))
        [(after,)] = schema.read("SELECT clock_timestamp()")

    for field in filled:
        value = saved[field.attname]
        if isinstance(field.db_default, Now):
            assert before <= value <= after, field.name
        else:
            assert value == field.db_default, field.name
            assert not field.has_default() or value == field.get_default(), field.name


@ledger("S2-70")
@pytest.mark.parametrize("table", CHANGING)
def test_knows_when_it_last_changed(table: str) -> None:
    row_id = row(table, updated_at="2026-01-01T00:00:00Z")
    [(before,)] = schema.read("SELECT clock_timestamp()")

    run("UPDATE {table} SET id = id WHERE id = %s", row_id, table=table)
    touched = column_of(table, row_id, "updated_at")
    update(table, row_id, {"updated_at": "2026-01-02T00:00:00Z"})

    assert touched >= before
    assert column_of(table, row_id, "updated_at").isoformat() == "2026-01-02T00:00:00+00:00"


@ledger("S1-68")
def test_says_what_it_is() -> None:
    comments = dict(schema.read(COMMENTS))
    declared = {table: model._meta.db_table_comment for table, model in WRITTEN.items()}

    assert [table for table, comment in declared.items() if not comment] == []
    assert {table: comments[table] for table in declared} == declared


@ledger("S0-18", "S1-26", "S2-23", "S2-114")
def test_has_one_uuid_for_a_key() -> None:
    keys = dict(schema.read(KEYS))

    assert {table: keys[table] for table in WRITTEN} == dict.fromkeys(WRITTEN, "id uuid")


@ledger("S0-17", "S3-1", "S3-16")
def test_has_no_inexact_or_local_type() -> None:
    ours = schema.our_tables()

    assert [found for found in schema.read(UNWANTED) if found[0] in ours] == []


@ledger("S0-17")
def test_keeps_money_exactly() -> None:
    money = {
        (table, field.column)
        for table, model in MODELS.items()
        for field in fields(model)
        if isinstance(field, MoneyField)
    }

    found = {(table, column) for table, column, *exact in schema.read(EXACT) if exact == [12, 2]}

    assert len(money) > 50
    assert money - found == set()
