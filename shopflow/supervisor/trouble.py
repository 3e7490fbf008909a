"""What the supervisor says when a person has to change something."""

from pathlib import Path


class Trouble(Exception):
    """A start that can't go on; the text tells the person in front of it what to do."""


class Stopped(Exception):
    """Somebody asked to stop: Ctrl-C, SIGTERM, or the terminal was closed."""


def last_lines(log: Path, count: int = 12) -> str:
    """Return the end of a log, indented, for showing under a sentence that names it."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "".join(f"\n    {line}" for line in lines[-count:])
