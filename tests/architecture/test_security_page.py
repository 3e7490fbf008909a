"""docs/security.md names every row of the standard, tests that run, and the limits there are."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from shopflow import settings as written
from tests.architecture import security_page as rules
from tests.architecture.collecting import collected
from tests.architecture.rules.tree import Tree
from tests.architecture.security_page import PAGE, PLANNED, ROWS, Bound, Row
from tests.architecture.traceability import sections

# Tests are collected once for both pages that name them.
pytestmark = pytest.mark.xdist_group("traceability")
ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / PAGE).read_text(encoding="utf-8")


def test_has_every_row_once(page: str) -> None:
    assert tuple(row.id for row in rules.rows(page)) == ROWS


def test_proves_every_row_by_tests_that_run(page: str) -> None:
    found = rules.rows(page)

    assert list(rules.unproved(found)) == []
    assert list(rules.missing_tests(found, collected(ROOT))) == []


def test_says_what_is_planned(page: str) -> None:
    assert {row.id for row in rules.rows(page) if "planned" in row.proof} == PLANNED


def test_names_the_limits_of_the_code(page: str) -> None:
    of_api = {
        Bound(f"api-{kind}-{by}", most, timedelta(minutes=1), is_strict=False)
        for kind, calls in written.API_CALLS_PER_MINUTE.items()
        for by, most in calls.items()
    }
    of_code = rules.bounds_in(Tree(ROOT))

    assert len(of_api) == 4
    assert len(of_code) >= 12
    assert rules.bounds_of(page) == of_code | of_api


def test_leads_to_sections_it_has(page: str) -> None:
    for section in ("accepted-deviations", "limits", "behind-proxies"):
        assert f"(#{section})" in page
        assert section in sections(page)


GOOD = Row("2.4.1", "asks", "does", "`tests/a.py::test_b`")


@pytest.mark.parametrize(
    ("check", "row", "fault"),
    [
        (rules.unproved, Row("2.4.1", "asks", "does", "surely"), "2.4.1 names no test"),
        (
            rules.unproved,
            Row("2.4.1", "asks", "does", "`tests/a.py::test_b`; planned: more"),
            "2.4.1 is planned and may not be",
        ),
        (rules.unproved, Row("2.4.1", "asks", "", GOOD.proof), "2.4.1 has an empty cell"),
        (
            lambda rows: rules.missing_tests(rows, {"tests/a.py::test_c": set()}),
            GOOD,
            "2.4.1 names tests/a.py::test_b, which isn't collected",
        ),
    ],
)
def test_a_fault_is_named(
    check: Callable[[list[Row]], Iterator[str]], row: Row, fault: str
) -> None:
    assert list(check([row])) == [fault]
