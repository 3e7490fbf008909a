"""docs/traceability.md in parts: rows, what they name, and what is wrong with them."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROWS_OF_SEEDS = {"S0": 39, "S1": 105, "S2": 163, "S3": 28, "S4": 25}
PAGE = "docs/traceability.md"
DECISION = "docs/decisions/0007-where-the-seed-documents-disagree.md"

_NAMED = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[[^\]]+\](?:\(([^)]+)\)|\[(\w+)\])")
_CONFLICT = re.compile(r"\[(C-\d+)\]\[0007\]")
_TEST = re.compile(r"tests/[\w/]+\.py::\w+(?:\[.+\])?")
# How a row ends: proved by tests, answered by a decision, planned, or done by people.
_ENDS = re.compile(r"\b(decided|planned|by people): \[")
_NOTHING = "nothing is asked"


@dataclass(frozen=True)
class Row:
    """One requirement: what it asks for, where that is, what proves it."""

    id: str
    asks: str
    place: str
    proof: str

    @cached_property
    def places(self) -> list[str]:
        return _NAMED.findall(self.place)

    @cached_property
    def tests(self) -> list[str]:
        return _NAMED.findall(self.proof)

    @cached_property
    def links(self) -> list[str]:
        """The pages it leads to; `0007` is short for the decision about the seeds."""
        found = _LINK.findall(f"{self.place} {self.proof}")
        return [target or short for target, short in found]

    @cached_property
    def conflicts(self) -> list[str]:
        return _CONFLICT.findall(self.proof)

    @cached_property
    def ends(self) -> set[str]:
        ends = set(_ENDS.findall(self.proof))
        if any(_TEST.fullmatch(test) for test in self.tests):
            ends.add("proved")
        if self.proof == _NOTHING:
            ends.add(_NOTHING)
        return ends


def rows(page: str) -> list[Row]:
    """Return the rows of every table whose first cell is an id of the ledger."""
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if re.match(r"\| S\d-\d+ \|", line)
    )
    return [Row(*row) for row in cells]


def asked_for() -> list[str]:
    return [f"{seed}-{n}" for seed, most in ROWS_OF_SEEDS.items() for n in range(1, most + 1)]


def without_an_end(page: list[Row]) -> Iterator[str]:
    for row in page:
        if not row.ends:
            yield f"{row.id} is neither proved nor decided, planned or done by people"
        if not (row.asks and row.place):
            yield f"{row.id} has an empty cell"


def missing_places(page: list[Row], root: Path, known: Set[str]) -> Iterator[str]:
    """Name what stands under "where" and is neither a file nor one of the known names."""
    for row in page:
        for place in row.places:
            if place not in known and not (root / place).exists():
                yield f"{row.id} names `{place}`, which isn't there"


def missing_links(page: list[Row], root: Path) -> Iterator[str]:
    for row in page:
        for link in row.links:
            target, _, section = link.partition("#")
            path = root / _page_of(target)
            if not path.is_file():
                yield f"{row.id} leads to {link}, which isn't there"
            elif section and section not in sections(path.read_text(encoding="utf-8")):
                yield f"{row.id} leads to {link}, and there is no such section"


def missing_conflicts(page: list[Row], decision: str) -> Iterator[str]:
    known = set(conflicts(decision))
    for row in page:
        for conflict in row.conflicts:
            if conflict not in known:
                yield f"{row.id} names {conflict}, which isn't decided"


def missing_tests(page: list[Row], marks: Mapping[str, Set[str]]) -> Iterator[str]:
    """Name each test that isn't collected, or doesn't say itself that it proves the row.

    `marks` are the collected tests with the rows they are marked with.
    """
    for row in page:
        for test in row.tests:
            cases = cases_of(test, marks)
            if not cases:
                yield f"{row.id} names {test}, which isn't collected"
            elif not any(row.id in marks[case] for case in cases):
                yield f'{row.id} names {test}, which isn\'t marked @ledger("{row.id}")'


def unnamed_marks(
    page: list[Row], marks: Mapping[str, Set[str]], decided: Set[str]
) -> Iterator[str]:
    """Name each mark whose row names no test of that file; conflicts name none."""
    named = {row.id: {test.partition("::")[0] for test in row.tests} for row in page}
    for test, its in marks.items():
        for mark in sorted(its - decided):
            if mark not in named:
                yield f'{test} is marked @ledger("{mark}"), which isn\'t in the ledger'
            elif test.partition("::")[0] not in named[mark]:
                yield f"{mark} doesn't name {test}, which is marked with it"


def unproved_rules(page: list[Row], rules: Set[str]) -> Iterator[str]:
    """Name each rule of the database that a row names without the test that makes it refuse."""
    for row in page:
        raised = {test.partition("[")[2].rstrip("]") for test in row.tests if "/rules/" in test}
        for rule in row.places:
            if rule in rules and rule not in raised:
                yield f"{row.id} names the rule {rule}, but no test that makes it refuse"


def cases_of(test: str, marks: Mapping[str, Set[str]]) -> list[str]:
    """Return the test itself, or all its cases."""
    return [name for name in marks if name == test or name.partition("[")[0] == test]


def conflicts(decision: str) -> list[str]:
    return re.findall(r"^\| (C-\d+) \|", decision, re.MULTILINE)


def sections(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and most others make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading) for heading in headings)
    return {heading.strip().lower().replace(" ", "-") for heading in plain}


def _page_of(target: str) -> str:
    """Where a link leads from the page: nothing before the # is the page itself."""
    if target == "0007":
        return DECISION
    return f"docs/{target}" if target else PAGE
