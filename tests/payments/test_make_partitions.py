from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection

from payments.commands import make_partitions
from payments.models import PaymentEvent
from payments.tasks import make_partitions as make_partitions_task
from shopflow.lib.ids import event_id
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_owner() -> Iterator[None]:
    with acting_as(None, role=Role.OWNER):
        yield


def partition_of(moment: datetime) -> str:
    """Put an event of this moment into the inbox and return the table it landed in."""
    row = PaymentEvent.objects.create(
        id=event_id("sandbox", f"evt_{moment.timestamp()}", moment),
        provider="sandbox",
        provider_event_id=f"evt_{moment.timestamp()}",
        type="payment.captured",
        payload={},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM payment_events WHERE id = %s", [row.pk]
        )
        return str(cursor.fetchone()[0])


def test_makes_this_month_and_the_next_three() -> None:
    with time_machine.travel(datetime(2031, 11, 30, 23, 59, tzinfo=UTC)):
        names = make_partitions()

    assert names == [
        "payment_events_2031_11",
        "payment_events_2031_12",
        "payment_events_2032_01",
        "payment_events_2032_02",
    ]


def test_is_safe_to_repeat() -> None:
    assert make_partitions(ahead=1) == make_partitions(ahead=1)
    make_partitions_task()


def test_each_event_lands_in_its_month() -> None:
    with time_machine.travel(datetime(2031, 1, 15, tzinfo=UTC)):
        make_partitions(ahead=1)

    assert partition_of(datetime(2031, 1, 1, tzinfo=UTC)) == "payment_events_2031_01"
    assert (
        partition_of(datetime(2031, 1, 31, 23, 59, 59, 999000, tzinfo=UTC))
        == "payment_events_2031_01"
    )
    assert partition_of(datetime(2031, 2, 1, tzinfo=UTC)) == "payment_events_2031_02"


def test_nothing_is_lost_in_a_month_without_a_partition() -> None:
    assert partition_of(datetime(2020, 1, 1, tzinfo=UTC)) == "payment_events_default"


def test_migrate_made_those_of_the_months_to_come() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'payment_events'::regclass"
        )
        [count] = cursor.fetchone()

    assert count >= 5  # this month, three more, and the default
