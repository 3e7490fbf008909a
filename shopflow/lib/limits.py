"""How often somebody may try: token buckets in Redis, taken in one step.

A bucket is one number, the moment at which it is full again (the generic cell rate algorithm), so
counting is one short script and nothing has to run to refill it. The clock is the Redis server's:
the shop's processes needn't agree on the time. Works with Redis 6.2 and later.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import ClassVar

import redis
from django.conf import settings
from django.utils.crypto import salted_hmac

from shopflow.lib.errors import DomainError

SECOND = 1_000_000  # in microseconds, the unit of the scripts
LONGEST_ANSWER = 1  # seconds to wait for Redis, a shopper is waiting too

# Looks at every bucket first and counts only if all have room. Answers, for each, the wait until
# there is room and the time until it is full again. %.0f because Lua writes large numbers rounded.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local full, answer, refused = {}, {}, false
for i, key in ipairs(KEYS) do
  local every, tries = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local before = math.max(now, tonumber(redis.call('GET', key) or 0))
  full[i] = before + every
  local wait = math.max(0, full[i] - tries * every - now)
  refused = refused or wait > 0
  answer[i] = {wait, before - now}
end
if refused then return answer end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000))
  answer[i] = {0, full[i] - now}
end
return answer
"""
GIVE_BACK = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
for i, key in ipairs(KEYS) do
  local full = tonumber(redis.call('GET', key) or 0) - ARGV[i]
  if full > now then
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
  else
    redis.call('DEL', key)
  end
end
"""

logger = logging.getLogger(__name__)


class TooManyTries(DomainError):
    """Raised with `retry_after`, the whole seconds until the next try is free."""

    code: ClassVar[str] = "too_many_tries"
    status: ClassVar[int] = 429
    message: ClassVar[str] = "Too many tries. Please wait a moment."


class CantCount(DomainError):
    """Raised with `retry_after` (seconds): tries can't be counted now, and this door needs it."""

    code: ClassVar[str] = "limits_unavailable"
    status: ClassVar[int] = 503
    message: ClassVar[str] = "We can't let anybody in here right now. Please try again shortly."


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most `tries` in `per`, refilled evenly.

    `is_strict`: without Redis nobody passes (staff's door) instead of everybody (browsing).
    """

    name: str
    tries: int
    per: timedelta
    is_strict: bool = False

    @property
    def every(self) -> int:
        """Microseconds until one try is refilled."""
        return max(self.per // timedelta(microseconds=1) // self.tries, 1)

    def key(self, who: str) -> str:
        """Return where Redis counts `who`: a keyed hash, since it may be somebody's e-mail."""
        hashed = salted_hmac("shopflow.lib.limits", who.casefold(), algorithm="sha256")
        return f"limit:{self.name}:{hashed.hexdigest()[:32]}"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is left of a limit: `full_in` and `wait` (until one more is free) are microseconds."""

    limit: Limit
    full_in: int
    wait: int = 0

    @property
    def left(self) -> int:
        """Tries that would pass now."""
        return 0 if self.wait else self.limit.tries - -(-self.full_in // self.limit.every)


_seen: ContextVar[list[Standing] | None] = ContextVar("seen", default=None)


def take(limit: Limit, who: str) -> None:
    """Count one try of `who` (an account, an address). Raises TooManyTries, CantCount."""
    take_all((limit, who))


def take_all(*tries: tuple[Limit, str]) -> None:
    """Count one try under each of several limits, or none if one of them has no room.

    Raises TooManyTries; CantCount while Redis is away, if one of them is strict.
    """
    try:
        found = _asked(TAKE, tries, [n for limit, _ in tries for n in (limit.every, limit.tries)])
    except redis.RedisError as error:
        logger.warning("tries aren't counted, Redis doesn't answer: %s", error)
        if any(limit.is_strict for limit, _ in tries):
            raise CantCount(retry_after=5) from None
        return
    standings = [
        Standing(limit=limit, wait=wait, full_in=full_in)
        for (limit, _), (wait, full_in) in zip(tries, found, strict=True)
    ]
    _note(standings)
    if longest := max(standing.wait for standing in standings):
        raise TooManyTries(retry_after=-(-longest // SECOND))


def give_back(*tries: tuple[Limit, str]) -> None:
    """Let tries count no longer, those that turned out well for instance."""
    try:
        _asked(GIVE_BACK, tries, [limit.every for limit, _ in tries])
    except redis.RedisError as error:
        logger.warning("tries aren't given back, Redis doesn't answer: %s", error)


@contextmanager
def only_failures(*tries: tuple[Limit, str]) -> Iterator[None]:
    """Count the block as a try only when it raises. Raises TooManyTries, CantCount before it.

    Counted first and given back afterwards: many at once can't all look before one has failed.
    """
    take_all(*tries)
    yield
    give_back(*tries)


@contextmanager
def noted() -> Iterator[list[Standing]]:
    """Gather what is left of every limit that the block takes from."""
    standings: list[Standing] = []
    token = _seen.set(standings)
    try:
        yield standings
    finally:
        _seen.reset(token)


def _note(standings: Sequence[Standing]) -> None:
    seen = _seen.get()
    if seen is not None:
        seen += standings


def _asked(
    script: str, tries: Sequence[tuple[Limit, str]], numbers: Sequence[int]
) -> list[tuple[int, int]]:
    client = _client(str(settings.CACHES["default"]["LOCATION"]))
    keys = [limit.key(who) for limit, who in tries]
    answer: list[tuple[int, int]] = client.register_script(script)(keys=keys, args=numbers)
    return answer


@cache
def _client(address: str) -> redis.Redis:
    return redis.Redis.from_url(
        address, socket_timeout=LONGEST_ANSWER, socket_connect_timeout=LONGEST_ANSWER
    )
