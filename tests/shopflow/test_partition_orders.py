"""The command changes the schema, so each test has a database of its own.

With more rows, and what the command says:

    ORDERS=200000 make test ARGS="tests/shopflow/test_partition_orders.py -n 0 -s"
"""

import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection
from django.utils import timezone

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders import commands as orders
from orders.models import Order, OrderItem
from payments.commands import settle_cancelled
from shopflow.invariants import violations
from shopflow.lib import partitions
from shopflow.lib.ids import new_id
from shopflow.lib.partitions import converting
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as, sqlstate
from tests import factories
from tests.databases import another_database
from tests.ledger import ledger
from tests.orders.copies import copy_order
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = int(os.environ.get("ORDERS", "300"))


@pytest.fixture
def shirt(transactional_db: None) -> Iterator[ProductVariant]:
    """A shop with hundreds of old orders of a shirt, in a database of its own."""
    with another_database():
        factories.ship_to_the_us()
        shirt = factories.variant_on_sale(stock=100)
        old = factories.placed_order((shirt, 1), user=factories.UserFactory.create())
        orders.cancel(order_id=old.pk, reason="changed my mind")
        settle_cancelled(order_id=old.pk)
        now = timezone.now()
        copy_order(old, count=ROWS, first=now - timedelta(days=700), last=now)
        yield shirt


def convert() -> str:
    output = sys.stdout if "ORDERS" in os.environ else StringIO()
    call_command("partition_orders", stdout=output)
    return output.getvalue() if isinstance(output, StringIO) else ""


def asked(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


PORTRAIT = {
    "columns": """
        SELECT attname, format_type(atttypid, atttypmod), attnotnull, attgenerated::text,
            pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE (conrelid = 'orders'::regclass OR confrelid = 'orders'::regclass)
        AND conparentid = 0 ORDER BY 1, 2
    """,
    "indexes": """
        SELECT indexrelid::regclass::text, replace(pg_get_indexdef(indexrelid), 'ON ONLY ', 'ON ')
        FROM pg_index WHERE indrelid = 'orders'::regclass ORDER BY 1
    """,
    "triggers": """
        SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal ORDER BY 1
    """,
    "policies": "SELECT * FROM pg_policies WHERE tablename = 'orders' ORDER BY policyname",
    "security": """
        SELECT relrowsecurity, relacl::text, relowner::regrole::text,
            obj_description(oid, 'pg_class')
        FROM pg_class WHERE oid = 'orders'::regclass
    """,
}


def portrait() -> dict[str, set[Any]]:
    """Everything the catalogues say about the table of orders."""
    return {name: set(asked(sql)) for name, sql in PORTRAIT.items()}


def fingerprint() -> list[Any]:
    return asked("SELECT count(*), md5(string_agg(o::text, '' ORDER BY id)) FROM orders o")


@ledger("S0-33", "S4-24")
def test_keeps_every_row_key_and_rule(shirt: ProductVariant) -> None:
    before, rows = portrait(), fingerprint()

    convert()

    after = portrait()
    assert fingerprint() == rows
    assert asked("SELECT relkind::text FROM pg_class WHERE relname = 'orders'") == [("p",)]
    gone = {name: before[name] - after[name] for name in PORTRAIT}
    new = {name: after[name] - before[name] for name in PORTRAIT}
    [number] = gone["indexes"]
    assert "UNIQUE INDEX" in number[1]
    assert {row[1] for row in gone["constraints"]} <= {number[0]}
    assert {name: rows for name, rows in gone.items() if name not in {"indexes", "constraints"}} == {
        "columns": set(),
        "triggers": set(),
        "policies": set(),
        "security": set(),
    }
    assert {name: len(rows) for name, rows in new.items()} == {
        "columns": 0,
        "constraints": 1,
        "indexes": 1,
        "triggers": 1,
        "policies": 0,
        "security": 0,
    }
