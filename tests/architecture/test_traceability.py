"""docs/traceability.md accounts for every row of the seeds' ledger, and what it names is there."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.db import connection

from tests.architecture import traceability as page_rules
from tests.architecture.collecting import collected
from tests.architecture.traceability import DECISION, PAGE, Row

pytestmark = pytest.mark.xdist_group("traceability")
ROOT = settings.BASE_DIR
# Tables, columns, constraints, indexes, triggers, functions, policies, roles of the database.
NAMES = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class ON oid = attrelid
          WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT tablename || ': ' || policyname FROM pg_policies
    UNION SELECT cfgname FROM pg_ts_config
    UNION SELECT rolname FROM pg_roles
"""
RULES = """
    SELECT conname FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'x')
    UNION SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid
          WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace
    UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname !~ '_touch$|_audit$'
"""


@pytest.fixture(scope="module")
def accounts() -> list[Row]:
    return page_rules.rows((ROOT / PAGE).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def decision() -> str:
    return (ROOT / DECISION).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def marks() -> dict[str, set[str]]:
    return collected(ROOT)


def test_has_every_row_of_the_ledger_once(accounts: list[Row]) -> None:
    assert [row.id for row in accounts] == page_rules.asked_for()
    assert len(accounts) == 360


def test_decides_every_conflict_once(decision: str) -> None:
    assert page_rules.conflicts(decision) == [f"C-{n}" for n in range(1, 78)]


def test_ends_every_row(accounts: list[Row], decision: str) -> None:
    assert said(page_rules.without_an_end(accounts)) == ""
    assert said(page_rules.missing_conflicts(accounts, decision)) == ""


@pytest.mark.django_db
def test_names_places_that_exist(accounts: list[Row]) -> None:
    known = asked(NAMES) | words_of_the_project()

    assert said(page_rules.missing_places(accounts, ROOT, known)) == ""
    assert said(page_rules.missing_links(accounts, ROOT)) == ""


@pytest.mark.django_db
def test_names_for_each_rule_the_test_that_breaks_it(accounts: list[Row]) -> None:
    assert said(page_rules.unproved_rules(accounts, asked(RULES))) == ""


def test_names_tests_that_say_the_same(
    accounts: list[Row], decision: str, marks: dict[str, set[str]]
) -> None:
    decided = set(page_rules.conflicts(decision))

    assert said(page_rules.missing_tests(accounts, marks)) == ""
    assert said(page_rules.unnamed_marks(accounts, marks, decided)) == ""


def test_counts_itself(accounts: list[Row]) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    proved = sum("proved" in row.ends for row in accounts)
    planned = sum("planned" in row.ends for row in accounts)
    people = sum("by people" in row.ends for row in accounts)

    assert f"{proved} of the 360 are proved by tests" in text
    assert f"{planned} are planned" in text
    assert f"{people} need people" in text


GOOD = Row("S1-89", "quantity > 0", "`carts.planted`", "`tests/a.py::test_b`")
MARKS = {"tests/a.py::test_b": {"S1-89"}, "tests/rules/a.py::test_c[x]": {"S1-90"}}


@pytest.mark.parametrize(
    ("check", "row", "fault"),
    [
        (
            page_rules.without_an_end,
            Row("S1-89", "quantity > 0", "`carts`", "surely"),
            "S1-89 is neither proved nor decided, planned or done by people",
        ),
        (
            lambda rows: page_rules.missing_places(rows, ROOT, {"orders"}),
            GOOD,
            "S1-89 names `carts.planted`, which isn't there",
        ),
        (
            lambda rows: page_rules.missing_links(rows, ROOT),
            Row("S1-89", "x", "[a](nowhere.md)", "y"),
            "S1-89 leads to nowhere.md, which isn't there",
        ),
        (
            lambda rows: page_rules.missing_links(rows, ROOT),
            Row("S1-89", "x", "[a](glossary.md#nothing)", "y"),
            "S1-89 leads to glossary.md#nothing, and there is no such section",
        ),
        (
            lambda rows: page_rules.missing_conflicts(rows, "| C-1 | money |"),
            Row("S1-89", "x", "y", "decided: [C-2][0007]"),
            "S1-89 names C-2, which isn't decided",
        ),
        (
            lambda rows: page_rules.missing_tests(rows, {}),
            GOOD,
            "S1-89 names tests/a.py::test_b, which isn't collected",
        ),
        (
            lambda rows: page_rules.missing_tests(rows, {"tests/a.py::test_b[1]": set()}),
            GOOD,
            'S1-89 names tests/a.py::test_b, which isn\'t marked @ledger("S1-89")',
        ),
        (
            lambda rows: page_rules.unnamed_marks(rows, MARKS, set()),
            GOOD,
            'tests/rules/a.py::test_c[x] is marked @ledger("S1-90"), which isn\'t in the ledger',
        ),
        (
            lambda rows: page_rules.unnamed_marks(rows, {"tests/d.py::test_d": {"S1-89"}}, set()),
            GOOD,
            "S1-89 doesn't name tests/d.py::test_d, which is marked with it",
        ),
        (
            lambda rows: page_rules.unproved_rules(rows, {"carts.planted"}),
            GOOD,
            "S1-89 names the rule carts.planted, but no test that makes it refuse",
        ),
    ],
)
def test_a_fault_is_named(
    check: Callable[[list[Row]], Iterator[str]], row: Row, fault: str
) -> None:
    assert list(check([row])) == [fault]


def said(faults: Iterator[str]) -> str:
    return "\n".join(faults)


def asked(query: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def words_of_the_project() -> set[str]:
    """Make's targets, manage.py's commands, settings and variables."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    variables = (ROOT / ".env.example").read_text(encoding="utf-8")
    return {
        *(f"make {target}" for target in re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)),
        *(f"manage.py {command}" for command in get_commands()),
        *re.findall(r"^([A-Z_]+)=", variables, re.MULTILINE),
        *(name for name in dir(settings) if name.isupper()),
    }
