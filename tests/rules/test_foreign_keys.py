"""What happens to a row when the one it points to is deleted, by SQL alone."""

from functools import partial
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from django.db import models

from shopflow.lib.ids import new_id
from tests.ledger import ledger
from tests.rules import schema
from tests.rules.proofs import refuses, run
from tests.rules.rows import LATER, Values, column_of, insert, row, valid
from tests.rules.schema import Key, Rule

pytestmark = pytest.mark.django_db
NO_LINE: Values = {"order_id": None, "order_item_id": None}
# What else a row says that points to this parent.
WITH: dict[str, Values] = {
    "carts.created_by_id": {"token_hash": None},
    "inventory_reservations.stock_alert_id": NO_LINE,
    "invoices.corrects_id": {"kind": "credit_note"},
    "payout_lines.dispute_id": {"type": "dispute"},
    "payout_lines.payment_id": {"type": "charge"},
    "payout_lines.refund_id": {"type": "refund"},
    "refunds.dispute_id": {"status": "succeeded", "succeeded_at": LATER},
    "slug_redirects.brand_id": {"product_id": None},
    "slug_redirects.category_id": {"product_id": None},
    "stock_count_lines.counted_by_id": {"quantity_counted": 1, "counted_at": LATER},
    "wishlists.user_id": {"token_hash": None},
}
PROVES = {
    "cart_items.cart_id": ("S1-79",),
    "cart_items.product_id": ("S1-80",),
    "inventory.variant_id": ("S2-115", "S2-120", "S2-124"),
    "inventory_transactions.inventory_id": ("S2-89", "S2-120", "S2-124"),
    "order_items.order_id": ("S1-82", "S2-45", "S2-88", "S2-115", "S2-119", "S2-124"),
    "order_items.product_id": (
        "S1-83",
        "S1-99",
        "S2-46",
        "S2-89",
        "S2-120",
        "S2-124",
    ),
    "order_items.variant_id": ("S1-83", "S2-120"),
    "orders.user_id": (
        "S1-81",
        "S1-98",
        "S2-88",
        "S2-115",
        "S2-120",
        "S2-124",
    ),
    "payments.order_id": ("S1-84", "S2-56", "S2-115", "S2-124"),
    "product_variants.product_id": ("S1-78",),
    "products.brand_id": ("S1-77",),
    "products.category_id": ("S1-76",),
    "user_addresses.user_id": ("S1-75", "S2-124"),
    "user_payment_methods.user_id": ("S2-124",),
    "payments.payment_method_id": ("S2-56",),
}


def declared() -> list[ParameterSet]:
    """Every foreign key of the models, with what the model says about deleting."""
    return [
        pytest.param(
            model._meta.db_table,
            field.column,
            field.remote_field.on_delete,
            id=(name := f"{model._meta.db_table}.{field.column}"),
            marks=[ledger(*PROVES[name])] if name in PROVES else [],  # type: ignore[list-item]  # a mark
        )
        for model in schema.our_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
    ]


KEYS = declared()


@pytest.mark.parametrize(("table", "column", "on_delete"), KEYS)
def test_deletes_as_declared(table: str, column: str, on_delete: Any) -> None:
    key = schema.keys()[table, column]
    parent = row(key.parent)
    child = row(table, **WITH.get(f"{table}.{column}", {}), **{column: parent})
    delete = partial(run, "DELETE FROM {parent} WHERE id = %s", parent, parent=key.parent)

    if on_delete is models.RESTRICT:
        refuses(as_rule(key), delete)
        assert column_of(table, child, column) == parent
    else:
        delete()
        left = schema.read(f'SELECT "{column}" FROM "{table}" WHERE id = %s', [child])  # noqa: S608 - ours
        assert left == {models.CASCADE: [], models.SET_NULL: [(None,)]}[on_delete]


@ledger("S2-87")
@pytest.mark.parametrize(("table", "column", "on_delete"), KEYS)
def test_refuses_to_point_nowhere(table: str, column: str, on_delete: Any) -> None:
    key = schema.keys()[table, column]
    nowhere = -1 if schema.columns(table)[column].type == "int4" else new_id()
    values = valid(table, **WITH.get(f"{table}.{column}", {}), **{column: nowhere})

    def point() -> None:
        insert(table, values)
        run("SET CONSTRAINTS ALL IMMEDIATE")

    refuses(as_rule(key), point)


@ledger("S0-2", "S1-25", "S2-15", "S2-87", "S4-2")
def test_every_foreign_key_is_tested() -> None:
    tested = {(key.values[0], key.values[1]) for key in KEYS}

    assert {(key.table, key.column) for key in schema.keys_now()} == tested


@ledger("S2-91", "S2-92")
def test_every_key_says_what_happens() -> None:
    actions = {key.values[2] for key in KEYS}

    assert actions == {models.CASCADE, models.SET_NULL, models.RESTRICT}


def test_a_new_foreign_key_is_missed() -> None:
    before = {(key.table, key.column) for key in schema.keys_now()}

    run("ALTER TABLE brands ADD COLUMN planted uuid REFERENCES users")

    after = {(key.table, key.column) for key in schema.keys_now()}
    assert after - before == {("brands", "planted")}


def as_rule(key: Key) -> Rule:
    return Rule(key.name, key.table, "CONSTRAINT")
