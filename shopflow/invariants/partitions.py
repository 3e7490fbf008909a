"""Rows lie in the partition of their month."""

from shopflow.invariants.invariant import Invariant

PARTITIONS = [
    Invariant(
        "default_partitions_are_empty",
        "Partitioning: the month of every row was made before the row came.",
        is_instant=True,
        # Through the table itself: nobody but the owner may read a partition. Orders have one
        # only once they are partitioned.
        query="""
            SELECT id FROM payment_events WHERE tableoid = to_regclass('payment_events_default')
            UNION ALL
            SELECT id FROM orders WHERE to_regclass('orders_default') IS NOT NULL
                AND tableoid = to_regclass('orders_default')
        """,
    ),
]
