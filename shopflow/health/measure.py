from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection


class Level(StrEnum):
    """How worried to be."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Limits:
    """From where on a figure is worth a warning, and from where on it is critical.

    With `is_least` small figures are the bad ones.
    """

    warning: float
    critical: float
    is_least: bool = False

    def judge(self, figure: float) -> Level:
        """Return how worried to be about a figure; a limit itself is still good."""
        sign = -1 if self.is_least else 1
        if sign * figure > sign * self.critical:
            return Level.CRITICAL
        return Level.WARNING if sign * figure > sign * self.warning else Level.OK


@dataclass(frozen=True)
class Measure:
    """One figure: what it is of, what it says in words, how bad that is and what to do then."""

    name: str
    value: str
    level: Level = Level.OK
    advice: str = ""


def ask(sql: str) -> Sequence[dict[str, Any]]:
    """Return what a SELECT of this package answers, a dict per row."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
