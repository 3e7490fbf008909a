from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

from shopflow.lib.ids import first_id_of
from shopflow.lib.transactions import command

TABLE = "payment_events"


@command
def make_partitions(*, ahead: int = 3) -> list[str]:
    """Make the inbox's partition of this month and of the next ones; return their names.

    Safe to repeat.
    """
    start = timezone.now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    names: list[str] = []
    for _ in range(ahead + 1):
        end = _next_month(start)
        names.append(_make(start, end))
        start = end
    return names


def _make(start: datetime, end: datetime) -> str:
    name = f"{TABLE}_{start:%Y_%m}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {TABLE}"
            f" FOR VALUES FROM ('{first_id_of(start)}') TO ('{first_id_of(end)}')"
        )
    return name


def _next_month(month: datetime) -> datetime:
    if month.month == 12:
        return month.replace(year=month.year + 1, month=1)
    return month.replace(month=month.month + 1)
