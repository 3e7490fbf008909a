"""What the database's catalogues say about the table of orders, and old orders to fill it."""

import os
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from orders import commands as orders
from orders.models import Order
from tests import factories
from tests.orders.copies import copy_order

# More of them:  ORDERS=200000 make test ARGS="tests/shopflow/test_partition_orders.py -n 0"
ROWS = int(os.environ.get("ORDERS", "300"))
_PORTRAIT = {
    "columns": """
        SELECT attname, format_type(atttypid, atttypmod), attnotnull, attgenerated::text,
            pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE (conrelid = 'orders'::regclass OR confrelid = 'orders'::regclass) AND conparentid = 0
    """,
    # A list in a condition is written with other casts once it was read again.
    "indexes": r"""
        SELECT indexrelid::regclass::text, regexp_replace(pg_get_indexdef(indexrelid),
            'ONLY |::text(\[\])?|::character varying|[()]', '', 'g')
        FROM pg_index WHERE indrelid = 'orders'::regclass
    """,
    "triggers": """
        SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal
    """,
    "policies": "SELECT * FROM pg_policies WHERE tablename = 'orders'",
    "security": """
        SELECT relrowsecurity, relacl, relowner::regrole, obj_description(oid, 'pg_class')
        FROM pg_class WHERE oid = 'orders'::regclass
    """,
}


def portrait() -> dict[str, set[tuple[str, ...]]]:
    """Everything that belongs to the table, but for its rows."""
    return {name: {tuple(map(str, row)) for row in asked(sql)} for name, sql in _PORTRAIT.items()}


def fingerprint() -> list[Any]:
    """How many orders there are, and a digest of all they say."""
    return asked("SELECT count(*), md5(string_agg(o::text, '' ORDER BY id)) FROM orders o")


def kind() -> str:
    """r: a plain table; p: a partitioned one."""
    return str(asked("SELECT relkind::text FROM pg_class WHERE oid = 'orders'::regclass")[0][0])


def partition_of(order: Order) -> str:
    return str(asked("SELECT tableoid::regclass::text FROM orders WHERE id = %s", order.pk)[0][0])


def sell_for_two_years() -> None:
    """Cancel an order and copy it over the last two years."""
    shirt = factories.variant_on_sale()
    old = factories.placed_order((shirt, 1), user=factories.UserFactory.create())
    orders.cancel(order_id=old.pk, reason="changed my mind")
    now = timezone.now()
    copy_order(old, count=ROWS, first=now - timedelta(days=700), last=now)


def asked(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
