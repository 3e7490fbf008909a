"""What the health page says of the figures it gets, and where each limit lies."""

import os
from typing import Any

import pytest

from shopflow.health import Level, activity, statements, storage
from shopflow.health.measure import Limits, Measure
from tests.ledger import ledger


def answered(monkeypatch: pytest.MonkeyPatch, module: Any, *rows: dict[str, Any]) -> None:
    """Let PostgreSQL's statistics say this."""
    monkeypatch.setattr(module, "ask", lambda sql: rows)


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


def test_says_when_pages_ran_too_few_statements() -> None:
    assert statements.worst([]).value == "too few runs to tell"


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
