import io
import os
import shutil
from collections import namedtuple
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from shopflow.health import Level, activity, examine, statements, storage
from shopflow.health.measure import Measure
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as
from tests import factories
from tests.databases import another_database
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(scope="module")
def _calm_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Without the dead rows and slow statements that other tests leave behind."""
    with django_db_blocker.unblock(), another_database():
        yield


@pytest.fixture(autouse=True)
def _calm_machine(_calm_database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine's disk is like, and how busy it is."""
    disk_is(monkeypatch, 50)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.1, 0.1, 0.1))


def disk_is(monkeypatch: pytest.MonkeyPatch, percent: float) -> None:
    usage = Usage(100 * 10**9, percent * 10**9, (100 - percent) * 10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)


def run() -> tuple[int, str]:
    """The command's exit code and what it prints."""
    output = io.StringIO()
    code = 0
    try:
        call_command("db_health", stdout=output)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    return code, output.getvalue()


def named(name: str) -> Measure:
    return next(measure for measure in examine().measures if measure.name == name)


@ledger("S2-148", "S3-20", "S3-21", "S3-22")
def test_prints_every_figure_and_list() -> None:
    code, printed = run()

    assert code == 0
    for name in (
        "Connections",
        "Oldest open transaction",
        "Replicas",
        "Load of the machine",
        "Pages found in memory",
        "Index pages found in memory",
        "Dead rows",
        "Disk of the database: 50 % full, 50 GB free",
        "Statements of pages (95th percentile)",
        "Largest tables",
    ):
        assert f"{name}" in printed


@ledger("S1-104")
@pytest.mark.parametrize(
    ("percent", "level", "code"),
    [(70, "ok", 0), (71, "warning", 0), (85, "warning", 0), (86, "critical", 1)],
)
def test_exits_with_1_when_the_disk_is_nearly_full(
    monkeypatch: pytest.MonkeyPatch, percent: float, level: str, code: int
) -> None:
    disk_is(monkeypatch, percent)

    exit_code, printed = run()

    assert exit_code == code
    [line] = [line for line in printed.splitlines() if "Disk of the database" in line]
    assert line.split() == [
        level,
        *f"Disk of the database: {percent} % full,".split(),
        *line.split()[-3:],
    ]
    assert ("Make room or a larger disk" in printed) == (level != "ok")


def test_says_when_the_disk_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: str) -> None:
        raise PermissionError

    monkeypatch.setattr(shutil, "disk_usage", refuse)

    measure = named("Disk of the database")

    assert (measure.value, measure.level) == ("can't be seen from here", Level.UNKNOWN)
    assert run()[0] == 0


def test_a_server_elsewhere_has_neither_disk_nor_load_of_ours() -> None:
    with reading_as(role=Role.AUDIT):
        busy = [measure.name for measure in activity.activity(is_local=False)]
        [*_, disk] = storage.storage(is_local=False)

    assert "Load of the machine" not in busy
    assert (disk.value, disk.level) == ("can't be seen from here", Level.UNKNOWN)


def test_counts_this_connection() -> None:
    used, _, most, *_ = named("Connections").value.split()

    assert int(used) >= 1
    assert most == "197"  # 200 but for three kept for superusers


def test_finds_a_slow_statement_of_a_page_and_hides_its_constants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statements, "MOST_SHOWN", 10_000)
    with reading_as(role=Role.APP), connection.cursor() as cursor:
        for _ in range(statements.FEWEST_RUNS):
            cursor.execute("SELECT 'secret' AS kept_to_itself, pg_sleep(0.001)")

    [statement] = [each for each in examine().statements if "kept_to_itself" in each.query]

    assert statement.query == "SELECT $1 AS kept_to_itself, pg_sleep($2)"
    assert statement.runs == "20"
    assert statement.p95 >= statement.mean >= 1


def test_says_when_statements_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "_SLOWEST", "SELECT FROM pg_stat_nothing")

    measure = named(statements.NAME)

    assert (measure.value, measure.level) == ("not kept", Level.UNKNOWN)
    assert examine().statements == []


@ledger("S2-102")
def test_lists_a_large_index_that_no_query_uses() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE heap (id integer PRIMARY KEY, used integer, idle integer)")
        cursor.execute("INSERT INTO heap SELECT n, n, n FROM generate_series(1, 60000) AS n")
        cursor.execute("CREATE INDEX heap_idle ON heap (idle)")

    with reading_as(role=Role.AUDIT):
        found = [index for index in storage.unused_indexes() if index["table"] == "heap"]

    assert [index["name"] for index in found] == ["heap_idle"]
    assert found[0]["size"].endswith(" kB")


def test_adds_partitions_up_and_lists_the_largest_table_first() -> None:
    factories.UserFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE heap (id integer, words text)")
        cursor.execute(
            "INSERT INTO heap SELECT n, repeat('x', 500) FROM generate_series(1, 20000) AS n"
        )

    tables = examine().tables

    assert tables[0]["name"] == "heap"
    assert not any(table["name"].startswith("payment_events_") for table in tables)


@pytest.mark.parametrize(
    ("levels", "worst"),
    [
        ([Level.OK, Level.UNKNOWN], Level.OK),
        ([Level.OK, Level.WARNING], Level.WARNING),
        ([Level.WARNING, Level.CRITICAL, Level.OK], Level.CRITICAL),
    ],
)
def test_is_as_bad_as_the_worst_figure(levels: list[Level], worst: Level) -> None:
    health = examine()

    found = type(health)([Measure("", "", level) for level in levels], [], [], [])

    assert found.level == worst
