"""Which tables are kept by month, and which month is which partition."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from shopflow.lib.ids import first_id_of, moment_of

# Every table that is, or may become, partitioned by month on its UUIDv7 id. One that isn't there,
# or isn't partitioned (`orders`, until `manage.py partition_orders`), is passed over.
MONTHLY = ("payment_events", "audit_logs", "orders")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        moment = moment.astimezone(UTC)
        return cls(moment.year, moment.month)

    @classmethod
    def of_id(cls, row_id: UUID) -> "Month":
        """Return the month in which a UUIDv7 was made."""
        return cls.of(moment_of(row_id))

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def bounds(self) -> tuple[UUID, UUID]:
        """The first id of the month and the first of the next one."""
        return first_id_of(self.start), first_id_of(self.next.start)

    def until(self, last: "Month") -> Iterator["Month"]:
        """Yield the months from this one to `last`, both included."""
        month = self
        while month <= last:
            yield month
            month = month.next

    def partition_of(self, table: str) -> str:
        return f"{table}_{self.year:04}_{self.number:02}"


def default_of(table: str) -> str:
    """Return the partition for rows of months without one."""
    return f"{table}_default"


def partitioned_tables() -> list[str]:
    """Return those of MONTHLY that are partitioned in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'p' AND oid IN ("
            " SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)",
            [list(MONTHLY)],
        )
        found = {name for (name,) in cursor.fetchall()}
    return [table for table in MONTHLY if table in found]


def months_of(table: str) -> dict[Month, str]:
    """Return a table's months that have a partition, oldest first, with the partitions' names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = %s::regclass AND relname ~ %s ORDER BY relname",
            [table, f"^{table}_[0-9]{{4}}_[0-9]{{2}}$"],
        )
        names = [name for (name,) in cursor.fetchall()]
    return {Month(int(name[-7:-3]), int(name[-2:])): name for name in names}


def columns_of(table: str) -> str:
    """Return a table's columns, quoted and in order, but for generated ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        return str(cursor.fetchone()[0])
