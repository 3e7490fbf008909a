"""The audit log at full size, for as long as it is measured.

A made-up shop has no staff, and nobody writes into an append-only log what never happened: the
rows stand in a transaction that is taken back.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from django.db import connection

from shopflow.baseline.measure import Measured
from shopflow.lib.transactions import command

# One change for each order, by fifty people.
_FILL = """
WITH staff AS (SELECT array_agg(id) AS ids FROM (SELECT id FROM users ORDER BY id LIMIT 50) AS u)
INSERT INTO audit_logs (user_id, action, entity_type, entity_id, old_values, new_values)
SELECT staff.ids[1 + abs(hashtext(orders.order_number)) % 50], 'update', 'order',
       orders.id::text, '{"status": "confirmed"}', '{"status": "processing"}'
FROM orders CROSS JOIN staff
"""


class _TakenBack(Exception):
    """Ends the transaction so that nothing is kept."""


def measured_in_full_log(measurements: Callable[[], Iterable[Measured]]) -> list[Measured]:
    """Return what is measured while the audit log has a row for each order. Works as the owner."""
    found: list[Measured] = []
    with suppress(_TakenBack):
        _measure(measurements, found)
    return found


@command
def _measure(measurements: Callable[[], Iterable[Measured]], found: list[Measured]) -> None:
    found.clear()
    with connection.cursor() as cursor:
        cursor.execute(_FILL)
        cursor.execute("ANALYZE audit_logs")
    found += measurements()
    raise _TakenBack
