import gzip
import hashlib
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from payments.models import PaymentEvent
from shopflow.lib.ids import event_id
from shopflow.lib.partitions import archiving, make_partitions
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
JANUARY = datetime(2020, 1, 1, tzinfo=UTC)
STEPS = ("detach", "dump", "drop")


@pytest.fixture
def january() -> list[PaymentEvent]:
    """Three processed events of January 2020, with all that is hard to write down as text."""
    payloads = [{"text": 'say "hi",\nthen – go\\', "none": None}, {}, {"ł": [1.5, ""]}]
    rows = [
        PaymentEvent.objects.create(
            id=event_id("sandbox", f"evt_{day}", JANUARY + timedelta(days=day)),
            provider="sandbox",
            provider_event_id=f"evt_{day}",
            type="payment.captured",
            payload=payload,
            processed_at=JANUARY if day else timezone.now(),
            last_error="" if day else 'a,b\n"c"',
        )
        for day, payload in enumerate(payloads)
    ]
    make_partitions()
    return rows


def archive(folder: Path, *, days: int = 90) -> list[archiving.Archived]:
    return list(archiving.archive_partitions(older_than_days=days, folder=folder))


def said(**options: Any) -> str:
    output = StringIO()
    call_command("archive_partitions", stdout=output, **options)
    return output.getvalue()


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^payment_events_2020_01'")
        return sorted(name for (name,) in cursor.fetchall() if not name.endswith(("pkey", "idx")))


def rows_of(table: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{table}" ORDER BY id')  # noqa: S608 - our name
        return [row_id for (row_id,) in cursor.fetchall()]


def content() -> list[Any]:
    return list(PaymentEvent.objects.order_by("id").values())


@ledger("S2-31")
def test_moves_an_old_month_into_a_file(january: list[PaymentEvent], tmp_path: Path) -> None:
    [done] = archive(tmp_path)

    assert done.rows == 3
    assert (content(), tables()) == ([], [])
    with gzip.open(done.file, "rt") as rows:
        assert rows.readline().startswith("id,provider,provider_event_id,type,payload,")


def test_brings_back_exactly_what_left(january: list[PaymentEvent], tmp_path: Path) -> None:
    before = content()
    [done] = archive(tmp_path)

    text = said(restore=done.file)

    assert text == f"3 rows are back from {done.file.name}\n"
    assert content() == before
    assert tables() == ["payment_events_2020_01"]


def test_brings_a_month_back_beside_late_rows(january: list[PaymentEvent], tmp_path: Path) -> None:
    [done] = archive(tmp_path)
    PaymentEvent.objects.create(
        id=event_id("sandbox", "late", JANUARY),
        provider="sandbox",
        provider_event_id="late",
        type="payment.captured",
        payload={},
    )

    archiving.restore_partition(file=done.file)

    assert PaymentEvent.objects.count() == 4
    assert tables() == ["payment_events_2020_01"]


def test_the_checksum_is_one_that_everybody_can_check(
    january: list[PaymentEvent], tmp_path: Path
) -> None:
    [done] = archive(tmp_path)

    line = done.file.with_name(f"{done.file.name}.sha256").read_text()

    assert line == f"{hashlib.sha256(done.file.read_bytes()).hexdigest()}  {done.file.name}\n"
    assert done.file.name.split(".")[1] == line[:12]
    checked = subprocess.run(
        ["sha256sum", "--check"],
        cwd=tmp_path,
        input=line,
        capture_output=True,
        text=True,
        check=True,
    )
    assert checked.stdout == f"{done.file.name}: OK\n"


def test_nobody_else_may_read_the_files(january: list[PaymentEvent], tmp_path: Path) -> None:
    archive(tmp_path)

    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("step", STEPS)
def test_what_dies_between_two_steps_loses_nothing(
    step: str, january: list[PaymentEvent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content()
    real: Callable[..., Any] = getattr(archiving, step)

    def and_die(**given: Any) -> None:
        real(**given)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(archiving, step, and_die)
    with pytest.raises(RuntimeError):
        archive(tmp_path)
    monkeypatch.undo()
    done = archive(tmp_path)

    assert len(done) == (0 if step == "drop" else 1)
    files = sorted(tmp_path.glob("*.csv.gz"))
    assert len(files) == 1
    assert (content(), tables()) == ([], [])
    archiving.restore_partition(file=files[0])
    assert content() == before


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_leaves_the_rows_where_they_were(
    step: str, january: list[PaymentEvent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(**_: Any) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr(archiving, step, die)
    with pytest.raises(RuntimeError):
        archive(tmp_path)

    left = "payment_events_2020_01" + ("" if step == "detach" else "_detached")
    assert tables() == [left]
    assert rows_of(left) == [row.pk for row in january]


def test_keeps_the_rows_when_the_file_was_damaged(
    january: list[PaymentEvent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = archiving.dump

    def scratched(**given: Any) -> Path:
        file = real(**given)
        file.write_bytes(file.read_bytes()[:-1])
        return file

    monkeypatch.setattr(archiving, "dump", scratched)
    with pytest.raises(ValueError, match="checksum differs"):
        archive(tmp_path)

    assert tables() == ["payment_events_2020_01_detached"]


def test_keeps_the_rows_when_the_file_holds_others(
    january: list[PaymentEvent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = archiving.dump

    def changed_after(**given: Any) -> Path:
        file = real(**given)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE payment_events_2020_01_detached SET attempts = 9")
        return file

    monkeypatch.setattr(archiving, "dump", changed_after)
    with pytest.raises(ValueError, match="doesn't hold the rows"):
        archive(tmp_path)

    assert tables() == ["payment_events_2020_01_detached"]


def test_writes_late_rows_of_an_archived_month_to_a_file_of_their_own(
    january: list[PaymentEvent], tmp_path: Path
) -> None:
    archive(tmp_path)
    PaymentEvent.objects.create(
        id=event_id("sandbox", "late", JANUARY),
        provider="sandbox",
        provider_event_id="late",
        type="payment.captured",
        payload={},
        processed_at=JANUARY,
    )
    make_partitions()

    [late] = archive(tmp_path)

    assert late.rows == 1
    assert len(list(tmp_path.glob("payment_events_2020_01.*.csv.gz"))) == 2


def test_keeps_a_month_with_events_that_wait(
    january: list[PaymentEvent], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    PaymentEvent.objects.filter(pk=january[1].pk).update(processed_at=None)

    assert archive(tmp_path) == []
    assert caplog.messages == ["payment_events_2020_01 stays: rows in it still wait for something"]
    assert PaymentEvent.objects.count() == 3


def test_a_month_leaves_only_when_its_last_day_is_old_enough(
    january: list[PaymentEvent], tmp_path: Path
) -> None:
    ninety_days_after = datetime(2020, 2, 1, tzinfo=UTC) + timedelta(days=90)

    with time_machine.travel(ninety_days_after - timedelta(seconds=1), tick=False):
        assert archive(tmp_path) == []
    with time_machine.travel(ninety_days_after, tick=False):
        assert [done.rows for done in archive(tmp_path)] == [3]


def test_refuses_rows_younger_than_90_days(january: list[PaymentEvent], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="younger than 90 days"):
        said(older_than_days=89, to=tmp_path)

    assert tables() == ["payment_events_2020_01"]


def test_the_command_says_what_it_moved(january: list[PaymentEvent], tmp_path: Path) -> None:
    text = said(older_than_days=90, to=tmp_path / "new")

    [file] = (tmp_path / "new").glob("*.csv.gz")
    assert text.splitlines() == [f"        3  {file.name}", f"1 months archived in {file.parent}"]


def test_refuses_to_bring_back_what_is_there(january: list[PaymentEvent], tmp_path: Path) -> None:
    [done] = archive(tmp_path)
    said(restore=done.file)

    with pytest.raises(CommandError, match="there already"):
        said(restore=done.file)


@pytest.mark.parametrize(
    "name", ["orders_2020_01.0123456789ab.csv.gz", "payment_events_2020_01.csv.gz", "x.gz"]
)
def test_refuses_a_file_that_is_no_archived_month(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()

    with pytest.raises(CommandError, match="is no archived month"):
        said(restore=tmp_path / name)


def test_refuses_a_file_that_changed(january: list[PaymentEvent], tmp_path: Path) -> None:
    [done] = archive(tmp_path)
    done.file.write_bytes(done.file.read_bytes() + b"x")

    with pytest.raises(CommandError, match="not what was written"):
        said(restore=done.file)

    assert content() == []


def test_asks_for_what_it_needs() -> None:
    with pytest.raises(CommandError, match="Give --older-than-days and --to, or --restore"):
        said(older_than_days=90)
