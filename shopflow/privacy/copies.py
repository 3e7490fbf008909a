"""The erasure log outside of the database: one JSON object per line.

A restored backup knows nobody who was erased after it was made, so the lines are kept elsewhere:
the worker logs each, and `manage.py replay_erasures --list` prints all.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import ErasureLog


@dataclass(frozen=True)
class Erasure:
    """Who was erased, at whose wish (None: their own), and when they asked for it."""

    user_id: UUID
    requested_by: UUID | None
    requested_at: datetime


def erasure_of(row: ErasureLog) -> Erasure:
    """Return what a copy of a row of the log holds."""
    return Erasure(row.user_id, row.requested_by, row.requested_at)


def line_of(erasure: Erasure) -> str:
    """Return an erasure as one line, without its end."""
    by = erasure.requested_by
    return json.dumps(
        {
            "user_id": str(erasure.user_id),
            "requested_by": str(by) if by else None,
            "requested_at": erasure.requested_at.isoformat(),
        }
    )


def read(lines: Iterable[str]) -> list[Erasure]:
    """Return the erasures of a copy; empty lines say nothing. Raises ValueError naming a line."""
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_read(json.loads(line)))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise ValueError(f"Line {number} is no erasure: {error}") from error
    return found


def _read(given: Any) -> Erasure:
    by = given["requested_by"]
    at = datetime.fromisoformat(given["requested_at"])
    if at.tzinfo is None:
        raise ValueError("requested_at says no time zone")
    return Erasure(UUID(given["user_id"]), UUID(by) if by else None, at)
