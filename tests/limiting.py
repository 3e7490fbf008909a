"""Limits in tests: time passes by moving what Redis keeps, not by waiting."""

from datetime import timedelta

import redis
from django.conf import settings
from pytest_django import Settings

from shopflow.lib.limits import Limit, TooManyTries, take


def server() -> "redis.Redis":
    """Return a client of the Redis the limits are in."""
    return redis.Redis.from_url(str(settings.CACHES["default"]["LOCATION"]))


def pass_time(limit: Limit, who: str, passed: timedelta) -> None:
    """Let a bucket be as far as if this time had passed."""
    key = limit.key(who)
    kept = int(server().get(key) or 0)
    assert kept, f"nothing is counted for {key}"
    server().set(key, kept - passed // timedelta(microseconds=1), keepttl=True)


def passes(limit: Limit, who: str, *, most: int = 1000) -> int:
    """Return how many tries pass until one is refused."""
    for number in range(most):
        try:
            take(limit, who)
        except TooManyTries:
            return number
    raise AssertionError(f"{most} tries passed")


def without_redis(settings: Settings) -> None:
    """Send the limits to where nobody answers."""
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/redis.sock"}
    }
