import io
import os
import shutil
from collections import namedtuple
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from shopflow.health import Level, activity, examine, statements, storage
from shopflow.health.measure import Limits, Measure
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _half_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine's disk is like."""
    disk_is(monkeypatch, 50)


def disk_is(monkeypatch: pytest.MonkeyPatch, percent: float) -> None:
    usage = Usage(100 * 10**9, percent * 10**9, (100 - percent) * 10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)


def answered(monkeypatch: pytest.MonkeyPatch, module: Any, *rows: dict[str, Any]) -> None:
    """Let PostgreSQL's statistics say this."""
    monkeypatch.setattr(module, "ask", lambda sql: rows)


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


@ledger("S1-101", "S4-21")
@pytest.mark.parametrize(
    ("used", "level"),
    [(70, Level.OK), (71, Level.WARNING), (90, Level.WARNING), (91, Level.CRITICAL)],
)
def test_judges_connections(monkeypatch: pytest.MonkeyPatch, used: int, level: Level) -> None:
    answered(monkeypatch, activity, {"used": used, "most": 100, "oldest": 7_300})

    measure = activity._connections()

    assert measure.value == f"{used} of 100 ({used} %), the oldest for 2 h"
    assert measure.level == level


def test_counts_this_connection() -> None:
    used, _, most, *_ = named("Connections").value.split()

    assert int(used) >= 1
    assert most == "197"  # 200 but for three kept for superusers


@ledger("S1-103")
@pytest.mark.parametrize(
    ("hits", "level"),
    [(9_500, Level.OK), (9_499, Level.WARNING), (9_000, Level.WARNING), (8_999, Level.CRITICAL)],
)
def test_judges_hit_ratios(monkeypatch: pytest.MonkeyPatch, hits: int, level: Level) -> None:
    answered(monkeypatch, storage, {"hits": hits, "reads": 10_000})

    assert storage._hits("Index", "", "").level == level


def test_a_few_reads_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answered(monkeypatch, storage, {"hits": 0, "reads": 9_999})

    assert storage._hits("Index", "", "") == Measure("Index", "too few reads to tell")


@ledger("S0-36", "S1-102")
@pytest.mark.parametrize(
    ("dead", "level"),
    [(1_000, None), (1_001, Level.WARNING), (2_000, Level.WARNING), (2_001, Level.CRITICAL)],
)
def test_judges_dead_rows(monkeypatch: pytest.MonkeyPatch, dead: int, level: Level | None) -> None:
    answered(monkeypatch, storage, {"name": "carts", "dead": dead, "rows": 10_000})

    measures = list(storage._dead_rows())

    if level is None:
        assert measures == [Measure("Dead rows", "no table has many")]
    else:
        [measure] = measures
        assert (measure.name, measure.level) == ("Dead rows in carts", level)
        assert measure.advice.startswith("VACUUM carts;")


def test_a_small_table_may_be_dead_for_the_most_part(monkeypatch: pytest.MonkeyPatch) -> None:
    answered(monkeypatch, storage, {"name": "carts", "dead": 999, "rows": 1_000})

    assert list(storage._dead_rows()) == [Measure("Dead rows", "no table has many")]


@pytest.mark.parametrize(
    ("seconds", "value", "level"),
    [
        (0, "none", Level.OK),
        (600, "10 min", Level.OK),
        (601, "10 min", Level.WARNING),
        (3_601, "1 h", Level.CRITICAL),
    ],
)
def test_judges_the_oldest_transaction(
    monkeypatch: pytest.MonkeyPatch, seconds: float, value: str, level: Level
) -> None:
    answered(monkeypatch, activity, {"seconds": seconds})

    measure = activity._oldest_transaction()

    assert (measure.value, measure.level) == (value, level)


@pytest.mark.parametrize(
    ("seconds", "level"), [(0.1, Level.OK), (0.2, Level.WARNING), (11, Level.CRITICAL)]
)
def test_judges_how_far_a_replica_is_behind(
    monkeypatch: pytest.MonkeyPatch, seconds: float, level: Level
) -> None:
    answered(monkeypatch, activity, {"name": "r1", "state": "streaming", "seconds": seconds})

    [measure] = activity._replicas()

    assert measure.name == "Replica r1"
    assert measure.value == f"streaming, {1000 * seconds:.0f} ms behind"
    assert measure.level == level


def test_judges_the_load_by_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "getloadavg", lambda: (9.0, 4.4, 1.0))

    measure = activity._load()

    assert (measure.value, measure.level) == ("4.4 for 4 cores (five minutes)", Level.WARNING)


@ledger("S1-100")
def test_judges_statements_of_pages() -> None:
    assert [statements.SLOW.judge(p95) for p95 in (200, 201, 500, 501)] == [
        Level.OK,
        Level.WARNING,
        Level.WARNING,
        Level.CRITICAL,
    ]


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


def test_says_when_pages_ran_too_few_statements() -> None:
    assert statements.worst([]).value == "too few runs to tell"


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


def test_a_limit_counts_from_below_or_from_above() -> None:
    assert [Limits(1, 2).judge(figure) for figure in (1, 1.5, 2.5)] == [
        Level.OK,
        Level.WARNING,
        Level.CRITICAL,
    ]
    assert [Limits(2, 1, is_least=True).judge(figure) for figure in (2, 1.5, 0.5)] == [
        Level.OK,
        Level.WARNING,
        Level.CRITICAL,
    ]
