"""How often somebody may try: token buckets in Redis, taken in one step."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from shopflow.lib.errors import DomainError


class TooManyTries(DomainError):
    """Raised with `retry_after`, the whole seconds until the next try is free."""

    code: ClassVar[str] = "too_many_tries"
    status: ClassVar[int] = 429
    message: ClassVar[str] = "Too many tries. Please wait a moment."


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most `tries` in `per`, refilled evenly.

    `is_strict`: without Redis nobody passes (staff's door) instead of everybody (browsing).
    """

    name: str
    tries: int
    per: timedelta
    is_strict: bool = False


def take(limit: Limit, who: str) -> None:
    """Count one try of `who` (an account, an address). Raises TooManyTries."""
    raise NotImplementedError
