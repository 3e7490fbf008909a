"""Lines for the person at the terminal."""

import sys
import time
from contextlib import suppress

_STARTED = time.monotonic()


def seconds() -> float:
    """Return the time since the supervisor began, in seconds."""
    return time.monotonic() - _STARTED


def say(text: str) -> None:
    """Print a line about the start or the stop.

    It goes to standard error: the output of `up --exec CMD` belongs to CMD alone.
    """
    # A closed terminal is a reason to stop the shop, not one to die while stopping it.
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def progress(text: str) -> None:
    """Print a line with the seconds since the start in front."""
    say(f"{seconds():5.1f} s  {text}")
