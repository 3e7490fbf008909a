"""docs/security.md in parts: the rows of the standard, the limits, and what is wrong with them."""

import ast
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from tests.architecture.rules.tree import Tree, parsed
from tests.architecture.traceability import cases_of

PAGE = "docs/security.md"
# Section 4 of the reliability research, row by row.
ROWS = (
    "1.2.4, 1.3.1, 1.3.6",
    "2.2.x, 2.3.1",
    "2.3.3, 2.3.4",
    "2.4.1",
    "3.3.x, 3.4.x",
    "3.5.x",
    "4.1.3, 15.3.4",
    "5.2.x",
    "6.2.x",
    "6.3.1, 6.3.2",
    "6.3.3, 6.5.x",
    "6.4.3",
    "(API)",
    "7.2.4, 7.4.x, 7.5.x",
    "8.2.1-8.2.3",
    "9.1.x, 9.2.x",
    "11.4.2, 11.5.1",
    "13.2.x, 13.3.x",
    "14.2.x, 14.3.x",
    "15.1.2, 15.2.1, 15.3.x",
    "16.2-16.4",
    "16.5.x",
    "API Top 10",
    "PCI DSS",
    "GDPR",
)

_NAMED = re.compile(r"`([^`]+)`")
_PERIODS = {"minute": "minutes", "minutes": "minutes", "hour": "hours", "hours": "hours"}


@dataclass(frozen=True)
class Row:
    """One thing the standard asks for."""

    id: str
    asks: str
    does: str
    proof: str

    @cached_property
    def tests(self) -> list[str]:
        return [name for name in _NAMED.findall(self.proof) if name.startswith("tests/")]


@dataclass(frozen=True)
class Bound:
    """A limit as the page or the code has it."""

    name: str
    tries: int
    per: timedelta
    is_strict: bool


def rows(page: str, section: str = "The table") -> list[Row]:
    """Return the rows of the table in a section."""
    return [Row(*cells) for cells in _cells(page, section) if len(cells) == 4]


def unproved(found: list[Row]) -> Iterator[str]:
    for row in found:
        if not row.tests:
            yield f"{row.id} names no test"
        if "planned" in row.proof:
            yield f"{row.id} isn't all there yet"
        if not (row.asks and row.does):
            yield f"{row.id} has an empty cell"


def missing_tests(found: list[Row], collected: Mapping[str, Set[str]]) -> Iterator[str]:
    for row in found:
        for test in row.tests:
            if not cases_of(test, collected):
                yield f"{row.id} names {test}, which isn't collected"


def bounds_of(page: str) -> set[Bound]:
    """Return the limits that the page names."""
    return {
        Bound(name.strip("`"), int(tries), _period(per), strict == "yes")
        for name, tries, per, _, strict in _cells(page, "Limits")
    }


def bounds_in(tree: Tree) -> set[Bound]:
    """Return the limits that the code declares with a plain name."""
    calls = (
        _given(node)
        for path in tree.product()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Limit"
    )
    return {
        Bound(call["name"], call["tries"], timedelta(**call["per"]), call.get("is_strict", False))
        for call in calls
        if call["name"] is not None
    }


def _given(call: ast.Call) -> dict[str, Any]:
    return {word.arg: _value(word.value) for word in call.keywords if word.arg}


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        return _given(node)
    return node.value if isinstance(node, ast.Constant) else None


def _cells(page: str, section: str) -> list[list[str]]:
    """Return the body of the table in a section."""
    _, _, rest = page.partition(f"\n## {section}\n")
    body = rest.partition("\n## ")[0]
    lines = [line for line in body.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _period(text: str) -> timedelta:
    number, unit = text.split()
    return timedelta(**{_PERIODS[unit]: int(number)})
