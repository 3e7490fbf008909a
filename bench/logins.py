"""Logging in: whether its time tells something, and what a flood of it does to everybody else."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from threading import Event

from accounts.commands import create_customer
from accounts.errors import EmailTaken
from bench.figures import Figure
from bench.server import Browser, Server

SAMPLES = 200
LOGINS_PER_SECOND = 50
FLOODING_BROWSERS = 10
LOOKS = 300
PAGE = "/c/clothing/"
PASSWORD = "a wrong guess of somebody"


def known_against_unknown(server: Server) -> Figure:
    """Compare how long a wrong password takes for an address with an account and one without.

    In turns, so that whatever else the machine does meets both alike (reliability 4: less than
    5 % between the medians of 200).
    """
    known, unknown = [], []
    browser = Browser(server)
    for number in range(SAMPLES):
        _ensure(f"known{number}@example.com")
        for name, times in ((f"known{number}", known), (f"nobody{number}", unknown)):
            status, seconds = browser.log_in(
                f"{name}@example.com", PASSWORD, address=_address(number)
            )
            assert status == 401, f"a wrong password was answered {status}"
            times.append(seconds)
    slower, faster = sorted((median(known), median(unknown)), reverse=True)
    return Figure(
        name="login, known against unknown address",
        ratio=slower / faster,
        bound=1.05,
        detail=f"medians {median(known) * 1000:.1f} and {median(unknown) * 1000:.1f} ms",
    )


def browsing_beside_logins(server: Server) -> Figure:
    """Compare how long a category page takes beside 50 logins a second, and without them."""
    alone = _looks(server)
    stop = Event()
    with ThreadPoolExecutor(FLOODING_BROWSERS) as pool:
        floods = [pool.submit(_flood, server, n, stop) for n in range(FLOODING_BROWSERS)]
        beside = _looks(server)
        stop.set()
        answered = sum(flood.result() for flood in floods)
    before, meanwhile = quantiles(alone, n=20)[-1], quantiles(beside, n=20)[-1]
    return Figure(
        name="a page beside a flood of logins, 95th percentile",
        ratio=meanwhile / before,
        detail=f"{before * 1000:.1f} ms alone, {meanwhile * 1000:.1f} ms beside {answered} logins",
    )


def _looks(server: Server) -> list[float]:
    connection, times = server.connection(), []
    for number in range(LOOKS):
        started = time.perf_counter()
        # Another address each time: a cached page would measure the cache.
        connection.request("GET", f"{PAGE}?price_min={number}")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, f"{PAGE} was answered {answer.status}"
        times.append(time.perf_counter() - started)
    return times


def _flood(server: Server, number: int, stop: Event) -> int:
    browser, sent = Browser(server), 0
    while not stop.wait(FLOODING_BROWSERS / LOGINS_PER_SECOND):
        browser.log_in(
            f"flood{number}-{sent}@example.com", PASSWORD, address=_address(number * 1000 + sent)
        )
        sent += 1
    return sent


def _address(number: int) -> str:
    return f"198.51.{number // 250 % 250}.{number % 250 + 1}"


def _ensure(email: str) -> None:
    try:
        create_customer(email=email, password="the right words of somebody")
    except EmailTaken:
        return
