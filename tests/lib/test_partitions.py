import logging
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from payments.models import PaymentEvent
from shopflow.lib import partitions
from shopflow.lib.ids import event_id
from shopflow.lib.tasks import make_partitions
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2031, 2, 1, tzinfo=UTC)


def event_of(moment: datetime) -> UUID:
    """Put an event of this moment into the inbox."""
    name = f"evt_{moment.timestamp()}"
    row = PaymentEvent.objects.create(
        id=event_id("sandbox", name, moment),
        provider="sandbox",
        provider_event_id=name,
        type="payment.captured",
        payload={"at": name},
    )
    return row.pk


def partition_of(row_id: UUID) -> str:
    return str(asked("SELECT tableoid::regclass::text FROM payment_events WHERE id = %s", row_id))


def asked(sql: str, *params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def made_at(moment: datetime, *, ahead: int = 3) -> list[str]:
    with time_machine.travel(moment):
        return partitions.make_partitions(ahead=ahead)


@ledger("S0-33", "S2-100")
def test_makes_this_month_and_the_next_three() -> None:
    names = made_at(datetime(2031, 11, 30, 23, 59, tzinfo=UTC))

    assert [name for name in names if name.startswith("payment_events")] == [
        "payment_events_2031_11",
        "payment_events_2031_12",
        "payment_events_2032_01",
        "payment_events_2032_02",
    ]


def test_makes_nothing_twice() -> None:
    made_at(MIDNIGHT)

    assert made_at(MIDNIGHT) == []


def test_migrate_made_those_of_the_months_to_come() -> None:
    count = asked("SELECT count(*) FROM pg_inherits WHERE inhparent = 'payment_events'::regclass")

    assert partitions.make_partitions() == []
    assert count >= 5  # this month, three more, and the default


@pytest.mark.parametrize(
    ("moment", "partition"),
    [
        (datetime(2031, 1, 31, 23, 59, 59, 999000, tzinfo=UTC), "payment_events_2031_01"),
        (MIDNIGHT, "payment_events_2031_02"),
    ],
)
def test_each_row_lands_in_its_month(moment: datetime, partition: str) -> None:
    made_at(datetime(2031, 1, 15, tzinfo=UTC), ahead=1)

    assert partition_of(event_of(moment)) == partition


def test_a_row_of_a_month_without_a_partition_is_not_lost() -> None:
    assert partition_of(event_of(MIDNIGHT)) == "payment_events_default"


def test_moves_the_rows_that_were_waiting_for_their_month() -> None:
    moments = [MIDNIGHT, datetime(2031, 2, 28, 23, 59, 59, tzinfo=UTC)]
    waiting = [event_of(moment) for moment in moments]
    later = event_of(datetime(2031, 3, 1, tzinfo=UTC))

    made_at(MIDNIGHT, ahead=0)

    assert [partition_of(row_id) for row_id in waiting] == ["payment_events_2031_02"] * 2
    assert partition_of(later) == "payment_events_default"
    assert PaymentEvent.objects.get(pk=waiting[0]).payload == {"at": "evt_1927670400.0"}


def test_makes_the_month_of_rows_from_long_ago() -> None:
    old = event_of(datetime(2020, 5, 3, tzinfo=UTC))

    assert "payment_events_2020_05" in partitions.make_partitions()
    assert partition_of(old) == "payment_events_2020_05"


def test_leaves_rows_beyond_the_months_to_come_where_they_are() -> None:
    far = event_of(datetime(9000, 1, 1, tzinfo=UTC))

    assert partitions.make_partitions() == []
    assert partition_of(far) == "payment_events_default"


def test_a_made_month_still_refuses_what_the_table_refuses() -> None:
    event_of(MIDNIGHT)
    made_at(MIDNIGHT)

    indexes = asked(
        "SELECT array_agg(indexdef ORDER BY indexdef)::text FROM pg_indexes"
        " WHERE tablename = 'payment_events_2031_02'"
    )
    assert "payment_events_2031_02_pkey" in indexes
    assert "WHERE (processed_at IS NULL)" in indexes


def test_the_daily_task_says_that_rows_came_without_a_month(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event_of(datetime(2020, 5, 3, tzinfo=UTC))

    with caplog.at_level(logging.ERROR):
        make_partitions()
        make_partitions()

    assert caplog.messages == ["1 rows of payment_events lie in its default partition"]


def test_the_command_names_what_it_made(tell: Callable[..., str]) -> None:
    with time_machine.travel(MIDNIGHT):
        first, second = tell("partitions", ahead=1), tell("partitions", ahead=1)

    assert first.splitlines()[:2] == ["made payment_events_2031_02", "made payment_events_2031_03"]
    assert second == "Nothing to do: every month is there.\n"


def test_the_command_says_what_still_lies_in_the_default_partition(
    tell: Callable[..., str],
) -> None:
    event_of(datetime(9000, 1, 1, tzinfo=UTC))

    assert "1 rows of payment_events lie further ahead" in tell("partitions", ahead=1)


@pytest.fixture
def tell() -> Callable[..., str]:
    """Run a management command and return all it says."""

    def run(name: str, **options: Any) -> str:
        output = StringIO()
        call_command(name, stdout=output, stderr=output, **options)
        return output.getvalue()

    return run
