"""The switches that make the provider misbehave on purpose. They are forgotten on a restart."""

import threading
from dataclasses import asdict, dataclass, fields
from typing import Any

from payments.sandbox.wire import Refused


@dataclass
class Switches:
    """What is wrong right now; the defaults are a provider in good health."""

    delay: float = 0.0  # seconds every answer of the API waits, after the work is done
    fail_before: int = 0  # this many POSTs answer 500 and do nothing
    fail_after: int = 0  # this many POSTs do their work, then drop the connection
    refunds_fail: int = 0  # this many refunds fail
    refunds_pend: int = 0  # this many refunds stay pending
    events_delayed: float = 0.0  # seconds an event waits before its first delivery
    events_repeated: int = 1  # how often every event is delivered
    events_shuffled: bool = False  # due events wait a second, then leave in random order
    events_forged: bool = False  # deliveries are signed with a wrong secret
    events_paused: bool = False  # nothing is delivered


LIMITS = {"delay": 60, "events_delayed": 3600, "events_repeated": 100}
MOST = 1_000_000


class Faults:
    """The switches, safe to read and turn from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._switches = Switches()

    @property
    def now(self) -> Switches:
        """Return the switches as they stand; the object never changes."""
        return self._switches

    def set(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Turn the named switches and return all; raises Refused (400) and turns none."""
        known = {field.name: field.default for field in fields(Switches)}
        for name, value in wanted.items():
            if name not in known:
                raise Refused(400, "unknown_fault", f"There is no switch {name!r}.")
            _check(name, value, known[name])
        with self._lock:
            self._switches = Switches(**{**asdict(self._switches), **wanted})
            return asdict(self._switches)

    def reset(self) -> None:
        """Put the provider in good health."""
        with self._lock:
            self._switches = Switches()

    def take(self, name: str) -> bool:
        """Say whether this call is one of the failing ones, and count it."""
        with self._lock:
            left: int = getattr(self._switches, name)
            if left:
                self._switches = Switches(**{**asdict(self._switches), name: left - 1})
            return left > 0


def _check(name: str, value: object, default: object) -> None:
    if isinstance(default, bool):
        good = isinstance(value, bool)
    elif isinstance(value, bool):
        good = False
    else:
        kinds = (int, float) if isinstance(default, float) else (int,)
        least = 1 if name == "events_repeated" else 0
        good = isinstance(value, kinds) and least <= value <= LIMITS.get(name, MOST)
    if not good:
        raise Refused(400, "bad_fault", f"{value!r} is no value for the switch {name!r}.")
