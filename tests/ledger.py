"""Which rows of the seeds' ledger a test proves (docs/traceability.md lists all of them)."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

F = TypeVar("F", bound=Callable[..., Any])


def ledger(*rows: str) -> Callable[[F], F]:
    """Mark a test with the rows it proves: `@ledger("S1-89", "S2-47")`."""
    return pytest.mark.ledger(rows)
