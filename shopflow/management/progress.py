"""How far a long command is, on one line of a terminal that is drawn over."""

import time

from django.core.management.base import OutputWrapper

BETWEEN = 0.1  # seconds
WIDTH = 30
_CLEAR = "\r\x1b[K"


class Progress:
    """Draws `Reading  ███░░  4,200 of 10,000`; nothing where nobody watches, such as in a log."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._is_watched = stream.isatty()
        self._drawn_at = 0.0

    def tell(self, doing: str, done: int, total: int = 0) -> None:
        """Say what is being done and how much of how much is; total 0: nobody knows."""
        is_due = done == total or time.monotonic() - self._drawn_at > BETWEEN
        if self._is_watched and is_due:
            self._drawn_at = time.monotonic()
            self._draw(f"{_CLEAR}{doing}  {_bar(done, total)}")

    def clear(self) -> None:
        """Take the line away."""
        if self._is_watched:
            self._draw(_CLEAR)

    def _draw(self, text: str) -> None:
        # Not in the red of errors.
        self._stream.write(text, style_func=str, ending="")
        self._stream.flush()


def _bar(done: int, total: int) -> str:
    if not total:
        return f"{done:,}"
    full = WIDTH * done // total
    return f"{'█' * full}{'░' * (WIDTH - full)}  {done:,} of {total:,}"
