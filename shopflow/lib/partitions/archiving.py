"""Old months leave the database for files: detached, written, read back, and only then dropped.

Each step is a transaction of its own. Whatever dies between two of them loses nothing: the next
run finds the month detached and goes on from there.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.db import connection
from django.utils import timezone

from shopflow.lib.partitions import dumps
from shopflow.lib.partitions.making import make_partition
from shopflow.lib.partitions.months import Month, months_of, partitioned_tables
from shopflow.lib.postgres.patience import LOCK_TIMEOUT, patiently
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, command, reading

log = logging.getLogger(__name__)
YOUNGEST_DAYS = 90
# What may leave, and the rows that keep their month here; orders stay for good.
ARCHIVED = {
    "payment_events": "processed_at IS NULL",
    "audit_logs": "NOT EXISTS (SELECT FROM audit_seals WHERE hi >= kept.id)",
}
_DETACHED = "_detached"
_FILE = re.compile(r"(?P<table>[a-z_]+)_(?P<year>\d{4})_(?P<month>\d{2})\.[0-9a-f]{12}\.csv\.gz")


@dataclass(frozen=True)
class Archived:
    """A month that left the database: its file and how many rows are in it."""

    file: Path
    rows: int


def archive_partitions(*, older_than_days: int, folder: Path) -> Iterator[Archived]:
    """Move the months that ended so many days ago into files; yield each once it has left.

    Works as the owner. Raises ValueError below 90 days. A month with rows that still wait for
    something stays, with a warning. Safe to repeat.
    """
    if older_than_days < YOUNGEST_DAYS:
        raise ValueError(f"Rows younger than {YOUNGEST_DAYS} days stay in the database.")
    folder.mkdir(parents=True, exist_ok=True)
    with acting_as(None, role=Role.OWNER):
        begun, old = detached_tables(), _old_months(older_than_days)
    for name in begun:
        yield _finish(name, folder)
    for table, month in old:
        with acting_as(None, role=Role.OWNER):
            name = patiently(partial(detach, table=table, month=month))
        yield _finish(name, folder)


def restore_partition(*, file: Path) -> int:
    """Bring an archived month back, into a partition of its own; return how many rows.

    Works as the owner. Raises ValueError when the name says no month or the file isn't what was
    written, and IntegrityError when such a row is there already; nothing is changed then.
    """
    known = _FILE.fullmatch(file.name)
    if known is None or known["table"] not in ARCHIVED:
        raise ValueError(f"{file.name} is no archived month.")
    dumps.check(file)
    month = Month(int(known["year"]), int(known["month"]))
    with acting_as(None, role=Role.OWNER):
        patiently(partial(make_partition, table=known["table"], month=month))
        return _read_in(known["table"], file)


@command
def detach(*, table: str, month: Month) -> str:
    """Take a month out of its table and return its new name, which says so.

    Not CONCURRENTLY: PostgreSQL refuses that beside a default partition.
    """
    name = month.partition_of(table)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f'ALTER TABLE "{table}" DETACH PARTITION "{name}"')
        cursor.execute(f'ALTER TABLE "{name}" RENAME TO "{name}{_DETACHED}"')
    return f"{name}{_DETACHED}"


def detached_tables() -> list[str]:
    """Return the months that left their table and not yet the database."""
    tables = "|".join(ARCHIVED)
    with reading(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND relname ~ %s ORDER BY relname",
            [f"^({tables})_[0-9]{{4}}_[0-9]{{2}}{_DETACHED}$"],
        )
        return [name for (name,) in cursor.fetchall()]


@command
def dump(*, name: str, folder: Path) -> Path:
    """Write a detached month into the folder and return its file. Safe to repeat."""
    return dumps.write(name, folder=folder, stem=name.removesuffix(_DETACHED))


@command
def drop(*, name: str, file: Path) -> int:
    """Drop a detached month if its file holds exactly its rows; return how many.

    Raises ValueError when it doesn't.
    """
    with connection.cursor() as cursor:
        # Nobody writes to it any more; this makes sure.
        cursor.execute(f'LOCK TABLE "{name}" IN ACCESS EXCLUSIVE MODE')
        rows = dumps.compare(name, file)
        cursor.execute(f'DROP TABLE "{name}"')
    return rows


def _finish(name: str, folder: Path) -> Archived:
    with acting_as(None, role=Role.OWNER):
        file = dump(name=name, folder=folder)
        return Archived(file, drop(name=name, file=file))


@command
def _read_in(table: str, file: Path) -> int:
    return dumps.read_into(table, file)


def _old_months(days: int) -> list[tuple[str, Month]]:
    last = timezone.now() - timedelta(days=days)
    with reading():
        old = [
            (table, month)
            for table in partitioned_tables()
            if table in ARCHIVED
            for month in months_of(table)
            if month.next.start <= last
        ]
        return [(table, month) for table, month in old if not _has_waiting(table, month)]


def _has_waiting(table: str, month: Month) -> bool:
    name = month.partition_of(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT EXISTS (SELECT FROM "{name}" AS kept WHERE {ARCHIVED[table]})'  # noqa: S608 - our names
        )
        has_waiting = bool(cursor.fetchone()[0])
    if has_waiting:
        log.warning("%s stays: rows in it still wait for something", name)
    return has_waiting
