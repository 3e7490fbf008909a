"""Sealing the log, and finding what somebody who owns the database did to it."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from shopflow.lib import audit
from shopflow.lib.ids import first_id_of
from shopflow.lib.models import AuditLog, AuditSeal
from shopflow.lib.tasks import seal_audit_log
from shopflow.lib.transactions import command
from tests.ledger import ledger
from tests.lib.auditing import as_owner, raw
from tests.races.starting_gun import runners

# Real transactions: the sealer asks which ones are running, and a test's own would count.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("race")]
OFF = "ALTER TABLE {table} DISABLE TRIGGER {table}_append_only; "
ON = "; ALTER TABLE {table} ENABLE TRIGGER {table}_append_only"


def write(count: int) -> list[UUID]:
    """Write rows and return the ids of all, in order."""
    for number in range(count):
        audit.record(
            action=AuditLog.Action.EXPORT, entity_type="order", new_values={"number": number}
        )
    return list(AuditLog.objects.order_by("id").values_list("id", flat=True))


def seal_all(*, most: int = 1_000) -> None:
    """Seal every row; one of this very millisecond waits for the next."""
    last = AuditLog.objects.latest("id").pk
    while not AuditSeal.objects.filter(hi__gte=last).exists():
        audit.seal(most=most)


def tamper(sql: str, *params: object, table: str = "audit_logs") -> None:
    """What somebody does who has the owner's rights and knows of the trigger."""
    with as_owner():
        raw(OFF.format(table=table))
        raw(sql, *params)
        raw(ON.format(table=table).removeprefix("; "))


def verified(**options: str) -> tuple[int, str, str]:
    """The exit code of `verify_audit` and what it says to stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=err, **options)
    except SystemExit as leaving:
        return int(str(leaving.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_seals_rows_in_batches_that_hang_together() -> None:
    ids = write(5)

    seal_all(most=2)

    seals = list(AuditSeal.objects.order_by("number"))
    assert [seal.number for seal in seals] == list(range(1, len(seals) + 1))
    assert sum(seal.row_count for seal in seals) == 5
    assert [row for seal in seals for row in sorted(seal.rows)] == [str(id_) for id_ in ids]
    assert (seals[0].lo, seals[-1].hi) == (ids[0], ids[-1])
    assert seals[0].previous_hash == ""
    assert all(after.previous_hash == before.hash for before, after in pairwise(seals))
    assert all(seal.row_count <= 2 for seal in seals)


def test_seals_nothing_twice() -> None:
    write(1)
    seal_all()

    assert audit.seal() is None
    seal_audit_log()
    assert AuditSeal.objects.count() == 1


def test_waits_for_a_transaction_that_may_still_add_rows() -> None:
    write(1)
    seal_all()

    @command
    def slow() -> UUID:
        audit.record(action=AuditLog.Action.EXPORT, entity_type="order")
        early = AuditLog.objects.latest("id").pk
        # Meanwhile others write, are done, and want to be sealed.
        with runners(1) as others:
            others.race(partial(write, 1))
            [meanwhile] = others.race(audit.seal)
        assert meanwhile is None
        return early

    early = slow()
    seal_all()

    assert str(early) in {row for seal in AuditSeal.objects.all() for row in seal.rows}
    assert verified()[0] == 0


def test_two_sealers_make_one_chain() -> None:
    write(40)
    with runners(2) as sealers:
        while not AuditSeal.objects.filter(hi=AuditLog.objects.latest("id").pk).exists():
            sealers.race(partial(audit.seal, most=5), partial(audit.seal, most=5))

    assert sum(AuditSeal.objects.values_list("row_count", flat=True)) == 40
    assert verified()[0] == 0


def test_the_task_seals_and_logs_the_hash(caplog: pytest.LogCaptureFixture) -> None:
    write(1)

    with caplog.at_level("INFO", logger="shopflow.lib.tasks"):
        while not AuditSeal.objects.exists():
            seal_audit_log()

    seal = AuditSeal.objects.get()
    assert caplog.messages == [f"audit seal 1 of 1 rows: {seal.hash}"]


def test_a_log_left_alone_is_whole() -> None:
    write(3)
    seal_all()
    write(1)

    code, out, err = verified()

    last = AuditSeal.objects.latest("number")
    assert (code, err) == (0, "")
    assert out == (
        "3 rows are sealed, 0 of them in archived months; 1 wait for the next seal\n"
        f"Last seal: {last.number} {last.hash}\n"
    )


def test_a_log_without_seals_is_whole() -> None:
    assert verified() == (
        0,
        "0 rows are sealed, 0 of them in archived months; 0 wait for the next seal\n",
        "",
    )


@ledger("S2-67")
@pytest.mark.parametrize(
    "change",
    [
        "user_id = shop_uuid7()",
        "created_at = created_at + interval '1 microsecond'",
        "action = 'view'",
        "entity_type = 'orders'",
        "entity_id = 'x'",
        "old_values = '{}'",
        "new_values = '{\"number\": 7}'",
        "ip_address = '198.51.100.8'",
        "user_agent = 'x'",
        "request_id = 'x'",
    ],
)
def test_names_a_row_that_was_changed(change: str) -> None:
    ids = write(3)
    seal_all(most=2)

    tamper(f"UPDATE audit_logs SET {change} WHERE id = %s", ids[1])  # noqa: S608 - ours

    code, _, err = verified()
    assert (code, err) == (1, f"row {ids[1]} was changed after it was sealed\n")


@ledger("S2-67")
def test_names_a_row_that_was_deleted() -> None:
    ids = write(3)
    seal_all()

    tamper("DELETE FROM audit_logs WHERE id = %s", ids[2])

    code, _, err = verified()
    assert (code, err) == (1, f"row {ids[2]} is missing: it was deleted after it was sealed\n")


@ledger("S2-67")
def test_names_every_row_that_was_truncated() -> None:
    ids = write(3)
    seal_all()

    with as_owner():
        raw("TRUNCATE audit_logs")

    _, _, err = verified()
    assert [line.split()[1] for line in err.splitlines()] == [str(id_) for id_ in ids]


@ledger("S2-67")
def test_names_a_row_that_was_inserted() -> None:
    ids = write(3)
    seal_all()
    forged = UUID(int=ids[1].int + 1)

    with as_owner():
        raw("INSERT INTO audit_logs (id, action, entity_type) VALUES (%s, 'view', 'x')", forged)

    code, _, err = verified()
    assert (code, err) == (1, f"row {forged} was inserted after its time was sealed\n")


@pytest.mark.parametrize(
    "change",
    [
        "rows = jsonb_set(rows, array[lo::text], to_jsonb(repeat('0', 64)))",
        "created_at = created_at + interval '1 second'",
        "row_count = row_count + 1",
        "hi = shop_uuid7()",
    ],
)
def test_names_a_seal_that_was_changed(change: str) -> None:
    write(3)
    seal_all(most=1)

    tamper(f"UPDATE audit_seals SET {change} WHERE number = 2", table="audit_seals")  # noqa: S608 - ours

    code, _, err = verified()
    assert code == 1
    assert "seal 2 was changed, or one before it is gone\n" in err


def test_names_the_seal_after_one_that_is_gone() -> None:
    write(3)
    seal_all(most=1)

    tamper("DELETE FROM audit_seals WHERE number = 2", table="audit_seals")

    code, _, err = verified()
    assert code == 1
    assert "seal 3 was changed, or one before it is gone\n" in err


def test_a_chain_that_was_forged_whole_lacks_the_hash_kept_elsewhere() -> None:
    ids = write(2)
    seal_all()
    kept = AuditSeal.objects.get().hash
    tamper("UPDATE audit_logs SET request_id = 'x' WHERE id = %s", ids[0])
    tamper("DELETE FROM audit_seals", table="audit_seals")
    seal_all()

    assert verified()[0] == 0
    assert verified(seal=AuditSeal.objects.get().hash)[0] == 0
    code, _, err = verified(seal=kept)
    assert (code, err) == (1, f"no seal has the hash {kept}\n")


def test_names_a_table_that_nobody_watches() -> None:
    with as_owner():
        raw("ALTER TABLE orders DISABLE TRIGGER orders_audit")
    try:
        code, _, err = verified()
    finally:
        with as_owner():
            raw("ALTER TABLE orders ENABLE TRIGGER orders_audit")

    assert (code, err) == (
        1,
        "table orders isn't watched: its audit trigger is missing or off\n",
    )


@pytest.fixture
def _two_old_months() -> Iterator[None]:
    with as_owner():
        for month in (1, 2):
            start, end = (first_id_of(datetime(2020, m, 1, tzinfo=UTC)) for m in (month, month + 1))
            raw(
                f"CREATE TABLE audit_logs_2020_0{month} PARTITION OF audit_logs"
                f" FOR VALUES FROM ('{start}') TO ('{end}')"
            )
            raw(
                "INSERT INTO audit_logs (id, action, entity_type) VALUES (%s, 'view', 'x')",
                UUID(int=start.int + 1),
            )
    yield
    with as_owner():
        raw("DROP TABLE IF EXISTS audit_logs_2020_01, audit_logs_2020_02")


@ledger("S2-31")
@pytest.mark.usefixtures("_two_old_months")
def test_a_month_that_was_archived_is_not_missed() -> None:
    seal_all()

    with as_owner():
        raw("ALTER TABLE audit_logs DETACH PARTITION audit_logs_2020_01")
        raw("DROP TABLE audit_logs_2020_01")

    code, out, err = verified()
    assert (code, err) == (0, "")
    assert out.startswith("2 rows are sealed, 1 of them in archived months; 0 wait")


def test_the_hash_depends_on_no_setting_of_the_session() -> None:
    write(2)
    seal_all()

    with connection.cursor() as cursor:
        cursor.execute("SET timezone = 'Asia/Tokyo'; SET datestyle = 'German, DMY'")
        cursor.execute("SET extra_float_digits = 0; SET bytea_output = 'escape'")
    try:
        assert audit.verify().faults == []
    finally:
        connection.close()
