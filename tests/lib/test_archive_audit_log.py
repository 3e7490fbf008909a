"""The audit log leaves by months too, once it is sealed, and the seals know that it left."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shopflow.lib import audit
from shopflow.lib.ids import first_id_of
from shopflow.lib.models import AuditLog
from shopflow.lib.partitions import archive_partitions, make_partitions, restore_partition
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
JANUARY = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def january() -> list[AuditLog]:
    """Two entries of January 2020, in the partition of their month."""
    rows = [
        AuditLog.objects.create(
            id=first_id_of(JANUARY + timedelta(days=day)),
            action=AuditLog.Action.EXPORT,
            entity_type="order",
            new_values={"price": "1.50"},
            ip_address="203.0.113.9",
        )
        for day in (0, 30)
    ]
    make_partitions()
    return rows


def archive(folder: Path) -> list[int]:
    return [done.rows for done in archive_partitions(older_than_days=90, folder=folder)]


def test_keeps_a_month_that_is_not_sealed(january: list[AuditLog], tmp_path: Path) -> None:
    assert archive(tmp_path) == []
    assert AuditLog.objects.count() == 2


@ledger("S2-31")
def test_a_sealed_month_leaves_without_a_fault(january: list[AuditLog], tmp_path: Path) -> None:
    audit.seal()

    assert archive(tmp_path) == [2]

    verdict = audit.verify()
    assert (verdict.archived, verdict.faults) == (2, [])
    assert not AuditLog.objects.exists()


def test_what_comes_back_is_what_was_sealed(january: list[AuditLog], tmp_path: Path) -> None:
    audit.seal()
    archive(tmp_path)

    [file] = tmp_path.glob("audit_logs_2020_01.*.csv.gz")
    restore_partition(file=file)

    verdict = audit.verify()
    assert (verdict.sealed, verdict.archived, verdict.faults) == (2, 0, [])
