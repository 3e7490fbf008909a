"""Waiting that ends early when a child dies or somebody asks to stop."""

import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from shopflow.supervisor.trouble import Stopped

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Attention:
    """The only place where the supervisor waits, so that no signal is ever missed.

    A stop signal is only noted by its handler; the next `pause` turns it into `Stopped`. That way
    it can't strike between starting a child and writing it down.
    """

    def __init__(self) -> None:
        self.asked_to_stop = False
        self._passes_on: Callable[[int], None] | None = None
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)

    def __enter__(self) -> "Attention":
        """Begin to handle the stop signals. Later ones than the first change nothing."""
        self._before = {number: signal.signal(number, self._note) for number in STOP_SIGNALS}
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(self, *_error: object) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._ear.close()
        self._bell.close()

    @contextmanager
    def passing_on(self, send: Callable[[int], None]) -> Iterator[None]:
        """Hand stop signals to a foreground command instead of stopping."""
        self._passes_on = send
        try:
            yield
        finally:
            self._passes_on = None

    def pause(self, most: float) -> None:
        """Wait up to `most` seconds, less when a signal comes. Raises Stopped."""
        self.check()
        if select.select([self._ear], [], [], most)[0]:
            self._ear.recv(1024)
        self.check()

    def check(self) -> None:
        """Raise Stopped if somebody asked to stop."""
        if self.asked_to_stop:
            raise Stopped

    def until(self, true: Callable[[], bool], *, within: float) -> bool:
        """Ask again and again until it is true; False after `within` seconds. Raises Stopped."""
        deadline = time.monotonic() + within
        while not true():
            if time.monotonic() > deadline:
                return False
            self.pause(0.05)
        return True

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if self._passes_on is not None:
            self._passes_on(number)
        else:
            self.asked_to_stop = True
