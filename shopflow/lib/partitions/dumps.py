"""Tables as files: CSV with the columns' names in the first line, packed by gzip, and a checksum.

The name holds the first digits of the checksum, so no file is ever written over another, and
`sha256sum --check` reads the small file beside it.
"""

import csv
import gzip
import hashlib
import os
from pathlib import Path
from typing import BinaryIO, cast

from django.db import connection

from shopflow.lib.partitions.months import columns_of

_PIECE = 1 << 20
# How many rows, and a sum over all their values that no order of rows changes.
_TALLY = 'SELECT count(*), coalesce(sum(hashtextextended(({columns})::text, 0)), 0) FROM "{name}"'


def write(name: str, *, folder: Path, stem: str) -> Path:
    """Write a table's rows, by id, and return the file once it is safely on disk.

    The same rows make the same file.
    """
    half = folder / f"{stem}.half"
    columns = columns_of(name)
    query = f'SELECT {columns} FROM "{name}" ORDER BY id'  # noqa: S608 - our names
    with open(half, "wb", opener=_private) as raw:
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as rows,
        ):
            for piece in rows:
                packed.write(piece)
        raw.flush()
        os.fsync(raw.fileno())
    digest = _digest(half)
    file = folder / f"{stem}.{digest[:12]}.csv.gz"
    with open(_checksum(file), "w", opener=_private) as line:
        line.write(f"{digest}  {file.name}\n")
        line.flush()
        os.fsync(line.fileno())
    half.replace(file)
    _sync(folder)
    return file


def check(file: Path) -> None:
    """Raise ValueError unless a file is still what was written."""
    written = _checksum(file).read_text().split()[0] if _checksum(file).exists() else ""
    if _digest(file) != written:
        raise ValueError(f"{file.name} is not what was written: its checksum differs.")


def compare(name: str, file: Path) -> int:
    """Return how many rows a table has; raise ValueError unless the file holds exactly those."""
    check(file)
    columns = columns_of(name)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE read_back (LIKE "{name}") ON COMMIT DROP')
        read_into("read_back", file)
        tallies = []
        for table in (name, "read_back"):
            cursor.execute(_TALLY.format(columns=f"ROW({columns})", name=table))
            tallies.append(cursor.fetchone())
        cursor.execute("DROP TABLE read_back")
    if tallies[0] != tallies[1]:
        raise ValueError(f"{file.name} doesn't hold the rows of {name}.")
    return int(tallies[0][0])


def read_into(table: str, file: Path) -> int:
    """Add a file's rows to a table and return how many; columns it doesn't name get defaults."""
    with gzip.open(file) as rows, connection.cursor() as cursor:
        columns = ", ".join(f'"{name}"' for name in _header(cast(BinaryIO, rows)))
        with (
            connection.wrap_database_errors,
            cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN (FORMAT csv)') as copy,
        ):
            while piece := rows.read(_PIECE):
                copy.write(piece)
        return int(cursor.rowcount)


def _header(rows: BinaryIO) -> list[str]:
    return next(csv.reader([rows.readline().decode()]))


def _checksum(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _private(path: str, flags: int) -> int:
    # What people bought and did stands in these files.
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
