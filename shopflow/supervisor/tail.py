"""What the terminal shows of the children's logs while the shop runs."""

import re
from pathlib import Path

from shopflow.supervisor.terminal import say

_WORTH_SEEING = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")


class Tail:
    """Follows one log from its beginning and shows warnings, with the child's name in front."""

    def __init__(self, name: str, log: Path, *, everything: bool) -> None:
        self._name = name
        self._log = log
        self._everything = everything
        self._read = 0
        self._rest = b""

    def show_new(self) -> None:
        """Show the lines that came since the last call."""
        if self._log.stat().st_size <= self._read:
            return
        with self._log.open("rb") as file:
            file.seek(self._read)
            new = file.read(1_000_000)
        self._read += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in (raw.decode(errors="replace").rstrip() for raw in lines):
            if line and (self._everything or _WORTH_SEEING.search(line)):
                say(f"{self._name:8}| {line}")
