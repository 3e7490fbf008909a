"""The table of personal columns in docs/privacy.md, written from the declarations."""

import re
from collections.abc import Iterator

from shopflow.access.rights import HARD_DELETED, PERSONAL_COLUMNS
from shopflow.privacy.columns import GOES_BY_ITSELF, KEPT_BY_LAW, LEFT
from shopflow.privacy.paths import BY_TEXT, GIVEN, OF_ONE_OF_TWO, USERS, links, tables

BEGIN, END = "<!-- the columns: make data-model -->", "<!-- end of the columns -->"


def written(page: str) -> str:
    """Return the page with the table as the declarations have it now."""
    table = "\n".join(
        (
            BEGIN,
            "| table | columns | whose, by | when its person is erased |",
            "|---|---|---|---|",
            *(line for table in _in_order() for line in _lines(table)),
            END,
        )
    )
    return re.sub(f"{BEGIN}.*{END}", lambda _: table, page, flags=re.DOTALL)


def _in_order() -> list[str]:
    known = [table for table in reversed(tables()) if table in PERSONAL_COLUMNS]
    return [*known, *sorted(set(PERSONAL_COLUMNS) - set(known))]


def _lines(table: str) -> Iterator[str]:
    fates: dict[str, list[str]] = {}
    for column in sorted(PERSONAL_COLUMNS[table]):
        fates.setdefault(_fate(table, column), []).append(f"`{column}`")
    for fate, columns in fates.items():
        yield f"| {table} | {', '.join(columns)} | {_ways(table)} | {fate} |"


def _fate(table: str, column: str) -> str:
    also = "; what names another, when they are erased" if GIVEN.get(table) == column else ""
    return f"{_own_fate(table, column)}{also}"


def _own_fate(table: str, column: str) -> str:
    if table in GOES_BY_ITSELF:
        return GOES_BY_ITSELF[table]
    if table in HARD_DELETED:
        return "the row is deleted"
    if column in KEPT_BY_LAW.get(table, ()):
        return "kept by law for a sale, then emptied; else emptied at once"
    left = LEFT.get(table, {}).get(column)
    if left is None or "erased" not in left:
        return "emptied"
    return "`erased-…@invalid`" if "@invalid" in left else "replaced by `erased`"


def _ways(table: str) -> str:
    if table in BY_TEXT:
        return "what is imported"
    if table == USERS:
        return "the account itself"
    of = "" if table in OF_ONE_OF_TWO else " of a guest"
    ways = (f"`{link.column}`{of if link.is_email else ''}" for link in links(table))
    return ", ".join(ways) or "nobody"
