import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection

from payments.models import PaymentEvent
from shopflow.lib.ids import event_id
from shopflow.lib.partitions import making
from shopflow.lib.partitions.making import make_partition
from shopflow.lib.partitions.months import Month
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
FIRST = datetime(2031, 1, 15, tzinfo=UTC)
MONTHS = [Month(2031 + number // 12, number % 12 + 1) for number in range(ROUNDS)]


@pytest.fixture(autouse=True)
def _leaves_no_month() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        for month in MONTHS:
            cursor.execute(f'DROP TABLE IF EXISTS "{month.partition_of("payment_events")}"')


def make(month: Month) -> bool:
    with acting_as(None, role=Role.OWNER):
        return make_partition(table="payment_events", month=month)


def receive(month: Month) -> None:
    """Put twenty events of a month into the inbox, each on its own."""
    for number in range(20):
        name = f"{threading.get_ident()} {month} {number}"
        PaymentEvent.objects.create(
            id=event_id("sandbox", name, month.start + timedelta(minutes=number)),
            provider="sandbox",
            provider_event_id=name,
            type="payment.captured",
            payload={},
        )


def race_for_each_month(running: Runners) -> list[list[Any]]:
    """Let events come from two sides in the moment in which their month is made."""
    return [
        running.race(partial(receive, month), partial(make, month), partial(receive, month))
        for month in MONTHS
    ]


def test_two_make_the_same_month_once() -> None:
    before = deadlocks()

    with runners(2) as running:
        made = [running.race(partial(make, month), partial(make, month)) for month in MONTHS]

    assert [sorted(pair, key=str) for pair in made] == [[False, True]] * ROUNDS
    assert deadlocks() == before


def test_a_weaker_lock_would_refuse_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "LOCK", "SHARE UPDATE EXCLUSIVE")

    # Who is first decides which of the two is refused: the event, or the month.
    refused = "violates partition|partition constraint .* would be violated"
    with runners(3) as running, pytest.raises(IntegrityError, match=refused):
        race_for_each_month(running)


def test_no_event_is_lost_while_its_month_is_made() -> None:
    before = deadlocks()

    with runners(3) as running:
        came = race_for_each_month(running)

    assert came == [[None, True, None]] * ROUNDS
    assert PaymentEvent.objects.count() == ROUNDS * 40
    for month in MONTHS:
        low, high = month.bounds
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tableoid::regclass::text, count(*) FROM payment_events"
                " WHERE id >= %s AND id < %s GROUP BY 1",
                [low, high],
            )
            assert cursor.fetchall() == [(month.partition_of("payment_events"), 40)]
    assert deadlocks() == before
