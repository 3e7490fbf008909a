"""All running children, in the order in which they were started."""

import signal
from collections.abc import Callable
from pathlib import Path

from shopflow.supervisor.attention import Attention
from shopflow.supervisor.children import Child, Program
from shopflow.supervisor.terminal import progress, seconds
from shopflow.supervisor.trouble import Trouble, last_lines

_STILL_AT_IT = 5


class Crew:
    """Who is running. Whatever happens, `end_all` leaves nobody behind."""

    def __init__(self, attention: Attention, *, logs: Path, lock: int) -> None:
        self._attention = attention
        self._logs = logs
        self._lock = lock
        self._children: list[Child] = []
        self.until = attention.until
        self.pause = attention.pause

    def start(self, program: Program) -> Child:
        """Start a program and remember it. Raises Trouble and Stopped."""
        self._attention.check()
        log = self._logs / f"{program.name}.log"
        try:
            child = Child(program, log=log, held=(self._lock,))
        except OSError as error:
            raise Trouble(f"{program.name} can't be started: {error}") from error
        self._children.append(child)
        return child

    def finish(self, program: Program) -> None:
        """Run a program to its end. Raises Trouble when it fails, and Stopped."""
        self.finish_all([program])

    def finish_all(self, programs: list[Program]) -> None:
        """Run programs side by side to their ends. Raises Trouble when one fails, and Stopped."""
        jobs = [self.start(program) for program in programs]
        self._wait_for(jobs)
        for job in jobs:
            self._children.remove(job)

    def named(self, name: str) -> Child:
        """Return a running child by its name."""
        return next(child for child in self._children if child.name == name)

    def require_everybody(self) -> None:
        """Raise Trouble when a child has ended by itself."""
        for child in self._children:
            if child.exit_code is not None:
                raise Trouble(
                    f"{child.name} ended by itself ({_how(child.exit_code)}), so everything is "
                    f"stopped. Its log: {child.log}{last_lines(child.log)}"
                )

    def end_all(self, *, tell: Callable[[str], None]) -> None:
        """Stop everybody: web first, so that no order begins any more, then the last started."""
        last_first = self._children[::-1]
        for child in sorted(last_first, key=lambda child: child.name != "web"):
            if child.exit_code is None:
                tell(child.name)
            child.end()
            self._children.remove(child)

    def _wait_for(self, jobs: list[Child]) -> None:
        told = seconds()
        while waiting := [job for job in jobs if job.exit_code is None]:
            self._check()
            if seconds() - told > _STILL_AT_IT:
                told = seconds()
                progress(f"  still at it: {', '.join(job.name for job in waiting)}")
            self.pause(0.2)
        self._check()

    def _check(self) -> None:
        for child in self._children:
            if child.exit_code:
                raise Trouble(
                    f"{child.name} failed ({_how(child.exit_code)}). Its log: {child.log}"
                    f"{last_lines(child.log)}"
                )


def _how(exit_code: int) -> str:
    if exit_code < 0:
        return f"killed by {signal.Signals(-exit_code).name}"
    return f"exit {exit_code}"
