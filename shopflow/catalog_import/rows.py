"""The file as rows: encoding, quotes and the header; nothing here knows what a product is."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from shopflow.catalog_import.formulas import restored
from shopflow.catalog_import.report import Report

REQUIRED = ("Handle", "Title", "Variant Price")


@dataclass(frozen=True)
class Row:
    """One record: the line it begins on (the header is line 1) and its cells by column."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


class _Stop(Exception):
    """The rest of the file can't be read; the report says why."""


def read_rows(stream: BinaryIO, report: Report, *, known: frozenset[str]) -> Iterator[Row]:
    """Yield the rows below the header, one at a time; cells as `plain` returns them.

    Columns outside `known` are left out and listed in the report. What can't be read is reported
    as a fault and ends the rows. Accepts a byte order mark and any line ending.
    """
    try:
        records = _records(stream, report)
        header = _header(next(records, None), report)
        report.ignored_columns = tuple(name for name in header if name and name not in known)
        for line, cells in records:
            if any(cells):
                yield _row(line, header, cells, report)
    except _Stop:
        return


def plain(cell: str) -> str:
    """Return a cell without outer blanks and without the apostrophe that disarms a formula."""
    return restored(cell.strip())


def _records(stream: BinaryIO, report: Report) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(stream, report), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            report.fault(line, _csv_complaint(str(error)))
            raise _Stop from error
        yield line, [plain(cell) for cell in cells]


def _lines(stream: BinaryIO, report: Report) -> Iterator[str]:
    for number, raw in enumerate(stream, start=1):
        if b"\0" in raw:
            report.fault(number, "A zero byte stands here: this is no text file. Export it anew.")
            raise _Stop
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            report.fault(number, "This is not UTF-8 text. Save the file as “CSV UTF-8”.")
            raise _Stop from error


def _csv_complaint(error: str) -> str:
    if "field larger" in error:
        return f"A cell here is longer than {csv.field_size_limit():,} characters."
    if "new-line" in error:
        return "A bare carriage return stands here. Save the file with ordinary line ends."
    return "A quotation mark is opened or closed in the wrong place, so the row has no clear end."


def _header(first: tuple[int, list[str]] | None, report: Report) -> list[str]:
    if first is None:
        report.fault(0, "The file is empty.")
        raise _Stop
    line, header = first
    missing = [name for name in REQUIRED if name not in header]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if len(header) == 1 and ";" in header[0]:
        report.fault(line, "The columns are separated by semicolons. Save the file with commas.")
    elif missing:
        report.fault(
            line, f"This is no Shopify product file: it lacks the columns {', '.join(missing)}."
        )
    elif twice:
        report.fault(line, f"These columns stand there twice: {', '.join(twice)}.")
    else:
        return header
    raise _Stop


def _row(line: int, header: list[str], cells: list[str], report: Report) -> Row:
    if any(cells[len(header) :]):
        report.fault(
            line,
            f"The row has {len(cells)} cells, the header {len(header)}. "
            "A text with a comma needs quotation marks around it.",
        )
    # A row may be shorter: some programs leave out the empty cells at its end.
    return Row(line, dict(zip(header, cells, strict=False)))
