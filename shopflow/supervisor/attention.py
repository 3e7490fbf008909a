"""Waiting that ends early when a child dies or somebody asks to stop."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from shopflow.supervisor.trouble import Stopped

_STDIN = 0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Attention:
    """The only place where the supervisor waits, so that no signal is ever missed.

    A stop signal is only noted by its handler; the next `pause` turns it into `Stopped`. That way
    it can't strike between starting a child and writing it down.
    """

    def __init__(self) -> None:
        self.asked_to_stop = False
        self._terminal: int | None = None
        self._passes_on: Callable[[int], None] | None = None
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)

    def __enter__(self) -> "Attention":
        """Begin to handle the stop signals. Later ones than the first change nothing."""
        heard = set(STOP_SIGNALS)
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
            heard.remove(signal.SIGHUP)  # `nohup make run` outlives its terminal
        elif os.isatty(_STDIN):
            self._terminal = _STDIN
        self._before = {number: signal.signal(number, self._note) for number in heard}
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
        listening = select.poll()
        listening.register(self._ear, select.POLLIN)
        if self._terminal is not None:
            listening.register(self._terminal, 0)  # its end is told without being asked for
        for descriptor, _ in listening.poll(most * 1000):
            if descriptor == self._terminal:
                # The kernel told only the leader of the session, and `make` keeps that to itself.
                self._terminal = None
                self._note(signal.SIGHUP, None)
            else:
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
