import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from pytest_django import Settings

from shopflow.lib.limits import (
    CantCount,
    Limit,
    TooManyTries,
    give_back,
    noted,
    only_failures,
    take,
    take_all,
)
from tests.limiting import pass_time, passes, server, without_redis

HOURLY = Limit(name="hourly", tries=5, per=timedelta(hours=1))
NARROW = Limit(name="narrow", tries=2, per=timedelta(hours=1))
STRICT = Limit(name="strict", tries=5, per=timedelta(hours=1), is_strict=True)
ADA = "ada@shop.example"


def test_lets_exactly_as_many_pass() -> None:
    assert passes(HOURLY, ADA) == 5


def test_says_when_the_next_try_is_free() -> None:
    passes(HOURLY, ADA)

    with pytest.raises(TooManyTries) as refused:
        take(HOURLY, ADA)

    # One of five in an hour comes back every twelve minutes.
    assert 700 < refused.value.extra["retry_after"] <= 720


def test_refills_evenly() -> None:
    passes(HOURLY, ADA)

    pass_time(HOURLY, ADA, timedelta(minutes=25))

    assert passes(HOURLY, ADA) == 2


def test_never_holds_more_than_its_tries() -> None:
    passes(HOURLY, ADA)

    pass_time(HOURLY, ADA, timedelta(days=3))

    assert passes(HOURLY, ADA) == 5


def test_a_refused_try_costs_nothing() -> None:
    passes(HOURLY, ADA)
    for _ in range(50):
        with pytest.raises(TooManyTries):
            take(HOURLY, ADA)

    pass_time(HOURLY, ADA, timedelta(minutes=12))

    assert passes(HOURLY, ADA) == 1


def test_counts_each_person_and_each_limit_apart() -> None:
    passes(HOURLY, ADA)

    assert passes(HOURLY, "bob@shop.example") == 5
    assert passes(NARROW, ADA) == 2


def test_counts_an_address_in_capitals_as_the_same() -> None:
    passes(HOURLY, ADA)

    assert passes(HOURLY, "Ada@Shop.Example") == 0


def test_counts_under_no_limit_when_one_refuses() -> None:
    passes(NARROW, ADA)

    with pytest.raises(TooManyTries):
        take_all((HOURLY, ADA), (NARROW, ADA))

    assert passes(HOURLY, ADA) == 5


def test_takes_of_several_limits_at_once() -> None:
    take_all((HOURLY, ADA), (NARROW, ADA))

    assert (passes(HOURLY, ADA), passes(NARROW, ADA)) == (4, 1)


def test_is_exact_when_many_try_at_once() -> None:
    limit = Limit(name="raced", tries=40, per=timedelta(days=1))
    threads, each = 16, 10
    start = Barrier(threads)

    def tries(_: int) -> int:
        start.wait()
        return sum(_passes_once(limit) for _ in range(each))

    with ThreadPoolExecutor(threads) as pool:
        passed = sum(pool.map(tries, range(threads)))

    assert passed == 40


def _passes_once(limit: Limit) -> bool:
    try:
        take(limit, ADA)
    except TooManyTries:
        return False
    return True


def test_keeps_no_e_mail_in_redis_and_nothing_for_ever() -> None:
    take(HOURLY, ADA)

    client = server()
    [key] = client.keys("*")
    assert b"ada" not in key
    assert 0 < client.pttl(key) <= 720_000


def test_gives_back_what_turned_out_well() -> None:
    take(HOURLY, ADA)
    take(HOURLY, ADA)

    give_back((HOURLY, ADA))

    assert passes(HOURLY, ADA) == 4


def test_gives_back_no_more_than_was_taken() -> None:
    give_back((HOURLY, ADA))

    assert passes(HOURLY, ADA) == 5


def test_counts_only_failures() -> None:
    for _ in range(10):
        with only_failures((HOURLY, ADA)):
            pass
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), only_failures((HOURLY, ADA)):
            1 / 0  # noqa: B018 - any error

    assert passes(HOURLY, ADA) == 2


def test_does_nothing_of_the_block_once_there_is_no_room() -> None:
    passes(HOURLY, ADA)
    done = []

    with pytest.raises(TooManyTries), only_failures((HOURLY, ADA)):
        done.append(1)

    assert done == []


def test_notes_what_is_left() -> None:
    with noted() as standings:
        take(HOURLY, ADA)
        take(HOURLY, ADA)

    assert [(standing.limit.name, standing.left) for standing in standings] == [
        ("hourly", 4),
        ("hourly", 3),
    ]


def test_notes_that_nothing_is_left() -> None:
    passes(NARROW, ADA)

    with noted() as standings, pytest.raises(TooManyTries):
        take_all((HOURLY, ADA), (NARROW, ADA))

    assert [(standing.limit.name, standing.left) for standing in standings] == [
        ("hourly", 5),
        ("narrow", 0),
    ]


def test_lets_everybody_pass_without_redis(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    without_redis(settings)

    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            take(HOURLY, ADA)
        give_back((HOURLY, ADA))

    assert "tries aren't counted, Redis doesn't answer" in caplog.text
    assert ADA not in caplog.text


def test_lets_nobody_pass_a_strict_door_without_redis(settings: Settings) -> None:
    without_redis(settings)

    with pytest.raises(CantCount) as refused:
        take_all((HOURLY, ADA), (STRICT, ADA))

    assert (refused.value.status, refused.value.code) == (503, "limits_unavailable")
    assert refused.value.extra == {"retry_after": 5}
