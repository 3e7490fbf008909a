"""How a change of tables waits for its locks: briefly, and again later.

Whatever needs ACCESS EXCLUSIVE queues behind the longest transaction on the table, and every
shopper queues behind it. So it gives up after a moment, lets them pass, and comes back.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

from shopflow.lib.transactions import sqlstate

log = logging.getLogger(__name__)
T = TypeVar("T")
LOCK_TIMEOUT = "2s"
TRIES = 10
LONGEST_PAUSE = 15.0
LOCK_NOT_AVAILABLE = "55P03"


def patiently(work: Callable[[], T]) -> T:
    """Do a piece of work that is one transaction; once more, up to ten times, while a lock is held.

    The pauses grow from half a second to a quarter of a minute. Raises the last OperationalError.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except OperationalError as error:
            if attempt == TRIES or sqlstate(error) != LOCK_NOT_AVAILABLE:
                raise
            log.warning("a lock wasn't to be had (try %s of %s): %s", attempt, TRIES, error)
            time.sleep(_pause(attempt))
    raise AssertionError("unreachable")


def _pause(attempt: int) -> float:
    # Jitter, so that two that wait for each other don't meet again.
    return min(0.5 * 2.0 ** (attempt - 1), LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311 - not a secret
