"""Making the partitions of the months to come, and of rows that came without one."""

import logging
from functools import partial

from django.db import connection
from django.utils import timezone

from shopflow.lib.partitions.keys import without_keys_to
from shopflow.lib.partitions.months import (
    Month,
    columns_of,
    default_of,
    months_of,
    partitioned_tables,
)
from shopflow.lib.postgres.patience import LOCK_TIMEOUT, patiently
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, command, reading

log = logging.getLogger(__name__)
AHEAD = 3
# The whole table, for some milliseconds: a row that was on its way to the default partition
# meanwhile would be refused there, and who locks only parts waits in circles.
LOCK = "ACCESS EXCLUSIVE"

# Milliseconds since 1970 are a UUIDv7's first 48 bits (RFC 9562 section 5.7); PostgreSQL itself
# reads them only from 18 on.
_MONTHS_IN_DEFAULT = """
SELECT DISTINCT date_trunc('month', to_timestamp(
    ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) AT TIME ZONE 'UTC')
FROM "{default}" WHERE id < %s
"""


def make_partitions(*, ahead: int = AHEAD) -> list[str]:
    """Make the missing partitions of this month and of the next ones; return their names.

    Rows that wait in a default partition get their month too, unless it lies further ahead, and
    move there. Works as the owner, one transaction per partition. Safe to repeat.
    """
    with acting_as(None, role=Role.OWNER):
        return [
            month.partition_of(table)
            for table, month in _wanted(ahead)
            if patiently(partial(make_partition, table=table, month=month))
        ]


def rows_in_default() -> dict[str, int]:
    """Return for each monthly table how many of its rows lie in the default partition.

    They are safe there, but somebody forgot to make their month. Works as the owner.
    """
    with acting_as(None, role=Role.OWNER), reading(), connection.cursor() as cursor:
        counts: dict[str, int] = {}
        for table in partitioned_tables():
            cursor.execute(f'SELECT count(*) FROM "{default_of(table)}"')  # noqa: S608 - our names
            counts[table] = cursor.fetchone()[0]
    return counts


@command
def make_partition(*, table: str, month: Month) -> bool:
    """Make one month's partition and move the rows there that wait for it; False if it's there.

    Safe to repeat.
    """
    name, default = month.partition_of(table), default_of(table)
    low, high = month.bounds
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f'LOCK TABLE "{table}" IN {LOCK} MODE')
        if month in months_of(table):
            return False
        cursor.execute(f'CREATE TABLE "{name}" (LIKE "{table}" INCLUDING ALL)')
        cursor.execute(
            f'SELECT EXISTS (SELECT FROM "{default}" WHERE id >= %s AND id < %s)',  # noqa: S608 - our names
            [low, high],
        )
        if cursor.fetchone()[0]:
            with without_keys_to(table):
                _move(table, month)
                _attach(table, month)
        else:
            _attach(table, month)
    return True


def _wanted(ahead: int) -> list[tuple[str, Month]]:
    this = last = Month.of(timezone.now())
    for _ in range(ahead):
        last = last.next
    wanted: list[tuple[str, Month]] = []
    with reading():
        for table in partitioned_tables():
            asked = {*this.until(last), *_months_in_default(table, last)}
            wanted += [(table, month) for month in sorted(asked - months_of(table).keys())]
    return wanted


def _months_in_default(table: str, last: Month) -> list[Month]:
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS_IN_DEFAULT.format(default=default_of(table)), [last.bounds[1]])
        return [Month(moment.year, moment.month) for (moment,) in cursor.fetchall()]


def _move(table: str, month: Month) -> None:
    default, columns = default_of(table), columns_of(table)
    low, high = month.bounds
    with connection.cursor() as cursor:
        # Nothing is deleted or written here, only put elsewhere: no rule and no audit is asked.
        cursor.execute(f'ALTER TABLE "{default}" DISABLE TRIGGER USER')
        cursor.execute(
            f'WITH moved AS (DELETE FROM "{default}" WHERE id >= %s AND id < %s'  # noqa: S608 - our names
            f' RETURNING {columns}) INSERT INTO "{month.partition_of(table)}" ({columns})'
            f" SELECT {columns} FROM moved",
            [low, high],
        )
        log.warning("%s rows left %s for their month", cursor.rowcount, default)
        cursor.execute(f'ALTER TABLE "{default}" ENABLE TRIGGER USER')


def _attach(table: str, month: Month) -> None:
    low, high = month.bounds
    with connection.cursor() as cursor:
        cursor.execute(
            f'ALTER TABLE "{table}" ATTACH PARTITION "{month.partition_of(table)}"'
            f" FOR VALUES FROM ('{low}') TO ('{high}')"
        )
