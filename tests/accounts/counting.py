"""What a request costs: hashes of passwords and statements."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

HASHER = f"{__name__}.CountingHasher"


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed, to keep it or to compare it."""

    hashed: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.hashed.append(password)
        return super().encode(password, salt)


@dataclass(frozen=True)
class Cost:
    hashes: int
    statements: int


def cost_of(work: Callable[[], Any]) -> tuple[Cost, Any]:
    """Return what the work costs, and what it answers."""
    CountingHasher.hashed.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = work()
    return Cost(len(CountingHasher.hashed), len(asked)), answer
