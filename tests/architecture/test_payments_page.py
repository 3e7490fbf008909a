"""docs/payments.md names every class of failure of the research, each with tests that run."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture import security_page as rules
from tests.architecture.collecting import collected
from tests.architecture.security_page import Row

# Tests are collected once for all pages that name them.
pytestmark = pytest.mark.xdist_group("traceability")
ROOT = Path(settings.BASE_DIR)
PAGE = "docs/payments.md"
SECTION = "Known failures of other shops"
# Section 2 of the reliability research, row by row.
CLASSES = (
    "Oversell",
    "Coupon / gift card overuse",
    "Double charge / duplicate order",
    "Paid but no order / cancelled though paid",
    "Refund too much",
    "Cart changed during payment",
    "Price / quantity tampering",
    "Forged webhook",
    "Access to other people's data",
    "Account takeover / enumeration",
    "Injection, XSS, resource exhaustion",
    "Throttle bypass",
    "Token rotation",
    "Queue loss",
)


@pytest.fixture(scope="module")
def found() -> list[Row]:
    return rules.rows((ROOT / PAGE).read_text(encoding="utf-8"), SECTION)


def test_names_every_class_once(found: list[Row]) -> None:
    assert tuple(row.id for row in found) == CLASSES


def test_keeps_every_class_out_by_tests_that_run(found: list[Row]) -> None:
    assert list(rules.unproved(found)) == []
    assert list(rules.missing_tests(found, collected(ROOT))) == []


def test_every_race_stands_in_the_table_of_some_page(found: list[Row]) -> None:
    named = {test.partition("::")[0] for row in found for test in row.tests}
    about_money = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests/races").glob("test_*.py")
        if any(word in path.name for word in ("refund", "pay_", "coupon", "checkout"))
        and "erase" not in path.name
    }

    assert about_money <= named
