"""What must always be true, as queries that return no row.

The numbers are those of the data model. Three of them are not here yet because their tables
aren't: 11 (gift cards), 13 (the provider's own ledger) and 14 (invoices).
"""

from django.db import connection

from shopflow.invariants.answers import ANSWERS
from shopflow.invariants.invariant import Invariant
from shopflow.invariants.partitions import PARTITIONS
from shopflow.invariants.sales import SALES
from shopflow.invariants.stock import STOCK

__all__ = ["INVARIANTS", "Invariant", "violations"]

INVARIANTS = [*STOCK, *SALES, *ANSWERS, *PARTITIONS]


def violations(*, instant_only: bool = False) -> dict[str, int]:
    """Return how many rows break each invariant, by its name (0 is what it must be).

    `instant_only` leaves out those that hold only once the queues are drained.
    """
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        for invariant in INVARIANTS:
            if invariant.is_instant or not instant_only:
                # Only the constants above ever stand here.
                cursor.execute(
                    f"SELECT count(*) FROM ({invariant.query}) AS broken"  # noqa: S608
                )
                counts[invariant.name] = cursor.fetchone()[0]
    return counts
