"""How values are written for COPY (https://www.postgresql.org/docs/18/sql-copy.html, text format).

None of the generated texts holds a tab, a line end or a backslash, so nothing is escaped.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from shopflow.demo.fill.sizes import DAY, END, START

NULL = r"\N"
# A table's name and one line of its COPY.
Row = tuple[str, str]
Rows = Iterator[Row]
RowId = Callable[[int, int], str]

_EPOCH = date(1970, 1, 1)
_DATES = {
    day: (_EPOCH + timedelta(days=day)).isoformat()
    for day in range(START // DAY - 1, END // DAY + 366)
}
# Looked up rather than formatted: thirty million rows have a hundred million of these.
_SECONDS = [f" {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY // 1000)]
_THOUSANDTHS = [f".{ms:03}+00" for ms in range(1000)]
_CENTS = [f".{cents:02}" for cents in range(100)]
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_BITS = (1 << 62) - 1
_STEP = 0x1D8E4E27C47D124F  # odd: counting in such steps meets every number of 62 bits once


def moment(ms: int) -> str:
    """Return a time, in milliseconds since 1970 in UTC, as `timestamptz` reads it."""
    seconds, ms = divmod(ms, 1000)
    day, second = divmod(seconds, DAY // 1000)
    return f"{_DATES[day]}{_SECONDS[second]}{_THOUSANDTHS[ms]}"


def money(cents: int) -> str:
    """Return an amount that isn't negative."""
    return f"{cents // 100}{_CENTS[cents % 100]}"


def barcode(number: int) -> str:
    """Return an EAN of the numbers that every shop may use for itself (GS1: 20 to 29)."""
    digits = f"21{number:010}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def dice(seed: int, what: str) -> random.Random:
    """Return the dice of one purpose: the same throws for the same seed."""
    return random.Random(f"{seed}:{what}")  # noqa: S311 - not a secret


def numbering(seed: int, kind: str) -> RowId:
    """Return what makes the UUIDv7 of the n-th row of a kind from its time and n.

    Nothing is remembered: whoever names a row makes its id again.
    """
    digest = hashlib.sha256(f"{seed}:{kind}".encode()).digest()
    first = int.from_bytes(digest[:8], "big")

    def row_id(ms: int, n: int) -> str:
        # Rows of the same millisecond sort as they are counted.
        bits = (n & 0xFFF) << 64 | (n * _STEP + first) & _BITS
        return f"{ms << 80 | _VERSION | _VARIANT | bits:032x}"

    return row_id
