"""Many orders made from one, month after month, faster than selling them."""

from datetime import datetime

from django.db import connection

from orders.models import Order
from shopflow.lib.partitions.months import columns_of

# What belongs to an order and to nothing that can be counted twice (stock, coupons, money).
CHILDREN = (
    "order_items",
    "order_addresses",
    "order_tax_lines",
    "order_discount_lines",
    "order_status_history",
)
# Ids like those of orders placed evenly over the time: UUIDv7, RFC 9562 section 5.7.
PLAN = """
CREATE TEMP TABLE plan AS
SELECT number, placed_at, encode(overlay(uuid_send(gen_random_uuid()) PLACING
    substring(int8send((extract(epoch FROM placed_at) * 1000)::bigint) FROM 3)
    FROM 1 FOR 6), 'hex')::uuid AS id
FROM generate_series(1, %(count)s) AS number,
    LATERAL (SELECT %(first)s + number * (%(last)s - %(first)s) / %(count)s AS placed_at) AS moment
"""


def copy_order(order: Order, *, count: int, first: datetime, last: datetime) -> None:
    """Copy a cancelled order, with all that belongs to it, over the time from `first` to `last`."""
    times = dict.fromkeys(
        ("created_at", "updated_at", "placed_at", "cancelled_at"), "plan.placed_at"
    )
    number = f"'ORD-1999-' || to_char(plan.number, 'FM{'0' * max(4, len(str(count)))}')"
    with connection.cursor() as cursor:
        cursor.execute(PLAN, {"count": count, "first": first, "last": last})
        _insert("orders", {"id": "plan.id", "order_number": number, **times}, "source.id", order)
        for table in CHILDREN:
            # The same order of ids as in the source: an order's history is read by them.
            own_id = (
                "encode(overlay(uuid_send(plan.id) PLACING"
                " int4send(dense_rank() OVER (ORDER BY source.id)::int) FROM 13), 'hex')::uuid"
            )
            _insert(table, {"id": own_id, "order_id": "plan.id"}, "source.order_id", order)
        cursor.execute("DROP TABLE plan")


def _insert(table: str, values: dict[str, str], key: str, order: Order) -> None:
    columns = columns_of(table)
    chosen = ", ".join(values.get(name, f"source.{name}") for name in columns.split(", "))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns})"  # noqa: S608 - our names
            f" SELECT {chosen} FROM {table} AS source, plan WHERE {key} = %s",
            [order.pk],
        )
