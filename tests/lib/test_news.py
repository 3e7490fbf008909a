import logging

import pytest
from django.dispatch import Signal
from kombu.exceptions import OperationalError

from shopflow.lib.news import announce
from shopflow.lib.queue import enqueue
from shopflow.lib.transactions import command

happened = Signal()


@pytest.fixture
def heard() -> list[int]:
    numbers: list[int] = []

    def listen(number: int, **_: object) -> None:
        numbers.append(number)

    happened.connect(listen, weak=False)
    return numbers


@pytest.mark.django_db(transaction=True)
def test_news_comes_after_the_commit(heard: list[int]) -> None:
    @command
    def act() -> list[int]:
        announce(happened, number=1)
        return list(heard)

    assert act() == []
    assert heard == [1]


@pytest.mark.django_db(transaction=True)
def test_what_never_happened_is_no_news(heard: list[int]) -> None:
    @command
    def act() -> None:
        announce(happened, number=2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()

    assert 2 not in heard


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_stops_nobody(
    heard: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    happened.connect(fail)

    @command
    def act() -> str:
        announce(happened, number=3)
        announce(happened, number=4)
        return "done"

    assert act() == "done"
    assert heard[-2:] == [3, 4]


class BrokenBell:
    name = "orders.tasks.ring"

    def delay(self, *_: object) -> None:
        raise OperationalError("no Redis")


def test_without_redis_only_a_warning_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        enqueue(BrokenBell(), "1")  # type: ignore[arg-type]  # what a Celery task is here

    assert caplog.messages == ["no queue for orders.tasks.ring; the sweep will find it"]
