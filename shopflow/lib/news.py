"""News between apps: facts announced after commit, upwards only."""

from typing import Any

from django.db import transaction
from django.dispatch import Signal


def announce(fact: Signal, **ids: Any) -> None:
    """Tell the listeners of a fact once this transaction is committed; never if it isn't.

    A listener's error is logged and stops nobody: what must not be lost is also a row in a
    waiting state that a sweep finds.
    """
    transaction.on_commit(lambda: _tell(fact, ids), robust=True)


def _tell(fact: Signal, ids: dict[str, Any]) -> None:
    fact.send_robust(sender=None, **ids)
