"""What somebody who waits for a big shop sees."""

import time
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")
WIDTH = 30


class Terminal(Protocol):
    """Where the bars are drawn; Django's wrapped streams are such."""

    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...
    def isatty(self) -> bool: ...


class Progress:
    """A bar for each stage of the work; a line per stage where nobody looks at a terminal."""

    def __init__(self, stream: Terminal) -> None:
        self.stream = stream
        self.is_live = stream.isatty()

    def each(self, label: str, items: Iterable[T], total: int) -> Iterator[T]:
        """Pass the items through and draw how many of them are done."""
        began = time.monotonic()
        every = max(total // 100, 1)
        for number, item in enumerate(items):
            if self.is_live and number % every == 0:
                self._draw(label, number, total, began)
            yield item
        if self.is_live:
            self._draw(label, total, total, began)
        else:
            self.stream.write(f"{label:24} {total:>11,} in {time.monotonic() - began:.1f} s")
        self.stream.write("\n")
        self.stream.flush()

    def _draw(self, label: str, done: int, total: int, began: float) -> None:
        share = done / total if total else 1.0
        bar = "#" * int(share * WIDTH)
        seconds = time.monotonic() - began
        self.stream.write(f"\r{label:24} [{bar:<{WIDTH}}] {share:4.0%} {seconds:5.0f} s")
        self.stream.flush()
