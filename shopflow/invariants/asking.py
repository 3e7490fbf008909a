"""Asking the database, at one instant, which rows break a rule."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import OperationalError, connection

from shopflow.invariants.answers import ANSWERS
from shopflow.invariants.copies import COPIES
from shopflow.invariants.invariant import Finding, Invariant
from shopflow.invariants.money import MONEY
from shopflow.invariants.partitions import PARTITIONS
from shopflow.invariants.sales import SALES
from shopflow.invariants.stock import STOCK
from shopflow.lib.roles import Role
from shopflow.lib.transactions import one_snapshot, reading_as, sqlstate

INVARIANTS: Sequence[Invariant] = sorted(
    (*STOCK, *SALES, *MONEY, *ANSWERS, *COPIES, *PARTITIONS), key=lambda invariant: invariant.number
)
QUERY_CANCELED = "57014"
NO_TIME = "There are too many rows to ask them all while you wait."


def check(*, settled: datetime | None = None, within: float | None = None) -> list[Finding]:
    """Return what the database says about each invariant that it knows, all at one instant.

    Rules that hold once the queues are drained leave out what changed after `settled` (UTC);
    without it nothing is left out. What can't be asked `within` so many seconds stays unknown.
    """
    findings: list[Finding] = []
    try:
        with one_snapshot(), reading_as(role=Role.AUDIT):
            # One by one: what was answered before the time is up counts.
            for finding in _ask(_asked(), settled, within):
                findings.append(finding)
    except OperationalError as error:
        if sqlstate(error) != QUERY_CANCELED:
            raise
    rest = _asked()[len(findings) :]
    return [*findings, *(Finding(invariant, None, why=NO_TIME) for invariant in rest)]


def violations(*, instant_only: bool = False) -> dict[str, int]:
    """Return how many rows break each invariant, by its name (0 is what it must be).

    `instant_only` leaves out those that hold only once the queues are drained.
    """
    return {
        finding.invariant.name: finding.count or 0
        for finding in check()
        if finding.invariant.is_instant or not instant_only
    }


def _asked() -> list[Invariant]:
    return [invariant for invariant in INVARIANTS if invariant.query]


def _ask(
    invariants: Sequence[Invariant], settled: datetime | None, within: float | None
) -> Iterator[Finding]:
    deadline = None if within is None else time.monotonic() + within
    with connection.cursor() as cursor:
        for invariant in invariants:
            left = 0 if deadline is None else max(int((deadline - time.monotonic()) * 1000), 1)
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(left)])
            # Only the constants of this package ever stand here.
            cursor.execute(
                f"WITH broken (name) AS ({invariant.query})"  # noqa: S608 - see above
                " SELECT (SELECT count(*) FROM broken),"
                " ARRAY(SELECT name FROM broken ORDER BY name LIMIT 5)",
                {"settled": settled or "infinity"},
            )
            count, rows = cursor.fetchone()
            yield Finding(invariant, count, rows)
