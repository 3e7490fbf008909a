"""Rows written by SQL alone: valid ones, with the parents they need."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any

from django.db import connection
from psycopg import sql

from shopflow.lib.ids import new_id
from tests.rules import schema
from tests.rules.schema import Column

# A value, or a function that makes one: a fresh e-mail, a parent's id.
Values = Mapping[str, Any]

BEFORE, AFTER = (f"019b0000-0000-7000-8000-00000000000{digit}" for digit in (1, 2))
LATER = "2099-01-01T00:00:00Z"
_numbers = count(1)


def row(table: str, **changes: Any) -> Any:
    """Insert a valid row that differs by these columns, and return its id."""
    return insert(table, valid(table, **changes))


def new(table: str, **changes: Any) -> Callable[[], Any]:
    """A parent yet to be inserted: `valid("carts", user_id=new("users"))`."""
    return partial(row, table, **changes)


def valid(table: str, **changes: Any) -> dict[str, Any]:
    """Return a row's columns with values; what has a default is left to the database."""
    return _made({**_needed(table), **NEEDS.get(table, {}), **changes})


def bare(table: str) -> dict[str, Any]:
    """Return a row's columns that can't be left out, valid or not."""
    return _made(_needed(table))


def insert(table: str, values: Values) -> Any:
    """Insert a row with exactly these columns, and return its id."""
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(column) for column in values),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_adapted(value) for value in values.values()])
        (row_id,) = cursor.fetchone()
    return row_id


def update(table: str, row_id: Any, values: Values) -> None:
    """Change these columns of a row."""
    statement = sql.SQL("UPDATE {} SET {} WHERE id = %s").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in values),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*map(_adapted, values.values()), row_id])


def column_of(table: str, row_id: Any, column: str) -> Any:
    """Return what a row has in a column."""
    statement = sql.SQL("SELECT {} FROM {} WHERE id = %s")
    names = (sql.Identifier(column), sql.Identifier(table))
    [(value,)] = schema.read(statement.format(*names), [row_id])
    return value


def _made(values: Values) -> dict[str, Any]:
    return {column: value() if callable(value) else value for column, value in values.items()}


def _needed(table: str) -> dict[str, Any]:
    return {
        column.name: _value(table, column)
        for column in schema.columns(table).values()
        if column.is_needed
    }


def _value(table: str, column: Column) -> Any:
    if key := schema.keys().get((table, column.name)):
        return new(key.parent)
    if column.name in BY_NAME:
        return BY_NAME[column.name]
    if column.type in {"varchar", "text"}:
        return partial(_word, column)
    return BY_TYPE[column.type]


def _word(column: Column) -> str:
    number = str(next(_numbers))
    return column.name[: (column.length or 100) - len(number) - 1] + "-" + number


def _adapted(value: Any) -> Any:
    """Return what the driver takes: documents as JSON, while a list of words is an array."""
    holds_documents = isinstance(value, list) and any(isinstance(part, dict) for part in value)
    return json.dumps(value) if holds_documents or isinstance(value, dict) else value


def a_hash() -> str:
    """What SHA-256 makes of a secret, each time of another one."""
    return sha256(str(next(_numbers)).encode()).hexdigest()


def an_email() -> str:
    return f"shopper{next(_numbers)}@example.com"


BY_TYPE: Values = {
    "uuid": new_id,
    "int2": 1,
    "int4": 1,
    "int8": lambda: next(_numbers),
    "numeric": 1,
    "bool": False,
    "timestamptz": LATER,
    "tstzrange": "[2026-01-01,)",
    "jsonb": {},
    "ltree": lambda: f"c{next(_numbers)}",
    "_varchar": ["US"],
}
# What must look like something.
BY_NAME: Values = {
    "code_hash": a_hash,
    "code_last_four": "QX7K",
    "country_code": "US",
    "currency": "USD",
    "customer_email": an_email,
    "email": an_email,
    "file_hash": a_hash,
    "language": "en",
    "order_number": lambda: f"ORD-2026-{next(_numbers):06}",
    "token_hash": a_hash,
    "url": lambda: f"https://example.com/{next(_numbers)}",
}
# Where columns depend on each other, or on a fixed set.
NEEDS: Mapping[str, Values] = {
    "audit_logs": {"action": "view"},
    "audit_seals": {"lo": new_id, "hi": "ffffffff-ffff-ffff-ffff-ffffffffffff"},
    "carts": {"token_hash": a_hash, "expires_at": LATER},
    "email_preferences": {"kind": "newsletter"},
    "gift_card_transactions": {"type": "issue"},
    "import_jobs": {"kind": "catalog"},
    "inventory_reservations": {
        "order_id": new("orders"),
        "order_item_id": new("order_items"),
        "expires_at": LATER,
    },
    "inventory_transactions": {"type": "purchase"},
    "order_addresses": {"address_type": "shipping"},
    "order_changes": {"what": "lines", "new_values": {"quantity": 2}},
    "order_return_items": {"reason": "unwanted"},
    "order_shipment_events": {"status": "packed"},
    "order_shipments": {"shipped_at": LATER},
    "order_status_history": {"to_status": "pending"},
    # A move that is not allowed, so not there yet.
    "order_status_transitions": {"from_status": "delivered", "to_status": "pending"},
    "orders": {"placed_at": "2026-01-01"},
    "payout_lines": {"type": "fee"},
    # One is active in each currency.
    "price_lists": {"is_active": False},
    "product_images": {"file": "products/shirt.jpg"},
    "slug_redirects": {"product_id": new("products")},
    "tax_rates": {"zone_id": new("shipping_zones"), "rate": "0.08875"},
    "wishlists": {"token_hash": a_hash, "expires_at": LATER},
}
