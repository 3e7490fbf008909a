"""The nightly look, written down for the staff page."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from shopflow.invariants.asking import check
from shopflow.invariants.invariant import Finding
from shopflow.invariants.providers import compare_ledgers
from shopflow.lib.models import InvariantRun
from shopflow.lib.roles import Role
from shopflow.lib.transactions import command, one_snapshot, reading_as

log = logging.getLogger(__name__)
# A shop that sells always has something on its way. What is older than the payment window and the
# sweeps after it should have arrived.
ON_ITS_WAY = timedelta(minutes=30)
# Nothing is ever deleted from these, so fewer rows than last night are an alarm (seed 002, 2094).
KEPT_FOR_GOOD = (
    "inventory_transactions",
    "order_items",
    "order_status_history",
    "orders",
    "payments",
    "product_variants",
    "products",
    "refunds",
    "users",
)


def check_tonight() -> InvariantRun:
    """Check every invariant, log an error for each that is broken, and write the result down.

    What is still on its way is left out. Talks to the gateways. Safe to repeat.
    """
    started_at = timezone.now()
    settled = started_at - ON_ITS_WAY
    findings = [*check(settled=settled), compare_ledgers(settled=settled)]
    row_counts = _count_rows()
    _report(findings)
    _report_losses(row_counts)
    return _write_down(started_at=started_at, findings=findings, row_counts=row_counts)


@command
def _write_down(
    *, started_at: datetime, findings: Sequence[Finding], row_counts: Mapping[str, int]
) -> InvariantRun:
    return InvariantRun.objects.create(
        started_at=started_at,
        finished_at=timezone.now(),
        counts={finding.invariant.name: finding.count for finding in findings},
        row_counts=dict(row_counts),
    )


def _count_rows() -> dict[str, int]:
    # The names come from the list above, not from anybody's input.
    each = (f"SELECT '{table}', count(*) FROM {table}" for table in KEPT_FOR_GOOD)  # noqa: S608 - see above
    with one_snapshot(), reading_as(role=Role.AUDIT), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


def _report(findings: Sequence[Finding]) -> None:
    for finding in findings:
        name, rule = finding.invariant.name, finding.invariant.rule
        if finding.is_broken:
            log.error(
                "%s is broken by %s rows (%s …): %s",
                name,
                finding.count,
                ", ".join(finding.rows),
                rule,
            )
        elif finding.is_unknown:
            log.warning("%s could not be checked: %s", name, finding.why)


def _report_losses(row_counts: Mapping[str, int]) -> None:
    last = InvariantRun.objects.order_by("-id").first()
    before: Mapping[str, int] = last.row_counts if last else {}
    for table, count in row_counts.items():
        if count < before.get(table, 0):
            log.error("%s has %s rows, %s fewer than before", table, count, before[table] - count)
