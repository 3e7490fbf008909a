"""Single cells as values; what can't be one becomes a fault with its line and column."""

import re
from decimal import ROUND_HALF_UP, Decimal

from shopflow.catalog_import.report import Report
from shopflow.catalog_import.rows import Row
from shopflow.lib.html import harmless

AMOUNT = re.compile(r"[0-9]+(\.[0-9]{1,2}0*)?")
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
MOST_MONEY = Decimal("9999999999.99")  # NUMERIC(12,2)
MOST_UNITS = 1_000_000
MOST_GRAMS = 100_000_000
MOST_POSITION = 10_000
YES = frozenset({"true", "yes", "1"})
NO = frozenset({"false", "no", "0"})


class Cells:
    """The cells of one row, read as what they should be.

    Every reader returns a value of its kind even for a bad cell, so that one pass finds all
    faults of a file.
    """

    def __init__(self, row: Row, report: Report) -> None:
        self.row = row
        self.line = row.line
        self._report = report

    def text(self, column: str, *, most: int) -> str:
        """Return the cell on one line, without double blanks."""
        text = " ".join(self.row[column].split())
        if len(text) > most:
            self._report.fault(
                self.line, f"{column} has {len(text):,} characters. The most is {most:,}."
            )
        return text

    def html(self, column: str, *, most: int) -> str:
        """Return the cell as harmless HTML: simple tags, links, no pictures, no styles."""
        clean = harmless(self.row[column])
        if len(clean) > most:
            self._report.fault(
                self.line, f"{column} has {len(clean):,} characters. The most is {most:,}."
            )
        return clean

    def amount(self, column: str) -> Decimal | None:
        """Return the cell in the shop's currency, or None when it is empty."""
        text = self.row[column]
        if not text:
            return None
        if AMOUNT.fullmatch(text):
            if Decimal(text) <= MOST_MONEY:
                return Decimal(text).quantize(Decimal("0.01"))
            self._complain(column, f"is too much. The most is {MOST_MONEY:,}.")
        elif re.fullmatch(r"-[0-9.,]+", text):
            self._complain(column, "is negative. Write 0 or more.")
        elif NUMBER.fullmatch(text):
            self._complain(column, "has more than two decimals.")
        else:
            comma = re.fullmatch(r"([0-9]+),([0-9]{2})", text)
            better = f"as {comma[1]}.{comma[2]}" if comma else "like 9.99"
            self._complain(column, f"is not an amount. Write it {better}.")
        return None

    def units(self, column: str) -> int:
        """Return the cell as a number of pieces; empty is 0."""
        return self._whole(column, most=MOST_UNITS, kind="a whole number of pieces")

    def position(self, column: str) -> int:
        """Return the cell as a place in a row, counted from 1; empty is 0."""
        return self._whole(column, most=MOST_POSITION, kind="a whole number")

    def grams(self, column: str) -> int:
        """Return the cell as whole grams, rounded half up; empty is 0."""
        text = self.row[column] or "0"
        if not NUMBER.fullmatch(text):
            self._complain(column, "is not a weight in grams. Write a number like 450.")
        elif Decimal(text) > MOST_GRAMS:
            self._complain(column, f"is too heavy. The most is {MOST_GRAMS:,} grams.")
        else:
            return int(Decimal(text).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        return 0

    def flag(self, column: str, *, empty: bool) -> bool:
        """Return whether the cell says yes."""
        text = self.row[column].lower()
        if text and text not in YES | NO:
            self._complain(column, "is neither TRUE nor FALSE.")
        return text in YES if text else empty

    def one_of(self, column: str, choices: tuple[str, ...]) -> str:
        """Return the cell in lower case; the first choice when it is empty."""
        text = self.row[column].lower()
        if text and text not in choices:
            self._complain(column, f"is unknown. Write {' or '.join(choices)}.")
        return text or choices[0]

    def address(self, column: str, *, most: int) -> str:
        """Return the cell as an http(s) address; '' when it is empty or none."""
        text = self.row[column]
        if text and not re.fullmatch(r"https?://[^\s<>\"]+", text, re.IGNORECASE):
            self._complain(column, "is not a web address. It begins with https://.")
            return ""
        return self.text(column, most=most)

    def _whole(self, column: str, *, most: int, kind: str) -> int:
        text = self.row[column] or "0"
        if re.fullmatch(r"-[0-9]+", text):
            self._complain(column, "is negative. Write 0 or more.")
        elif not re.fullmatch(r"[0-9]+", text):
            self._complain(column, f"is not {kind}.")
        elif len(text) > len(str(most)) or int(text) > most:
            self._complain(column, f"is too much. The most is {most:,}.")
        else:
            return int(text)
        return 0

    def _complain(self, column: str, complaint: str) -> None:
        text = self.row[column]
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        self._report.fault(self.line, f"{column} '{shown}' {complaint}")
