"""Rows lie in the partition of their month."""

from shopflow.invariants.invariant import Invariant

PARTITIONS = (
    Invariant(
        15,
        "default_partitions_are_empty",
        "The month of every event, audit entry and order was made before it came.",
        is_instant=True,
        # Through the table itself: nobody but the owner may read a partition. Orders have one
        # only once they are partitioned.
        query="""
            SELECT id::text FROM payment_events
            WHERE tableoid = to_regclass('payment_events_default')
            UNION ALL
            SELECT id::text FROM audit_logs WHERE tableoid = to_regclass('audit_logs_default')
            UNION ALL
            SELECT order_number FROM orders WHERE to_regclass('orders_default') IS NOT NULL
                AND tableoid = to_regclass('orders_default')
        """,
    ),
)
