"""Starting and stopping processes; the only module that does."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shopflow.supervisor.account import Account

# What to send, and for how many seconds to wait for the end before sending the next.
Steps = tuple[tuple[signal.Signals, float], ...]
Argv = Sequence[str | os.PathLike[str]]
POLITE: Steps = ((signal.SIGTERM, 10), (signal.SIGKILL, 5))

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: the child may not allocate between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run and how to end it."""

    name: str
    argv: Argv
    stop: Steps = POLITE
    account: Account | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path


class Child:
    """A running program in a session of its own, so that Ctrl-C reaches the supervisor alone."""

    def __init__(self, program: Program, *, log: Path, held: tuple[int, ...] = ()) -> None:
        """Start it; what it prints goes to `log`, and it keeps the descriptors `held` open.

        Raises OSError when it can't be started.
        """
        self.name = program.name
        self.log = log
        self._stop = program.stop
        account = program.account
        _keep_one_older(log)
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                program.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(program.env),
                cwd=program.folder,
                start_new_session=True,
                pass_fds=held,
                preexec_fn=dying_with_parent(program.stop[0][0]),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )

    @property
    def exit_code(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self.process.poll()

    def end(self) -> None:
        """Stop it, more firmly step by step, then whatever it left behind in its session."""
        for number, patience in self._stop:
            if self.exit_code is not None:
                break
            self.process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


def dying_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return what a child runs before it becomes its program: it gets `number` if we are killed.

    Other systems than Linux have no such thing; there a `kill -9` of the supervisor leaves the
    children running.
    """
    libc, parent = _LIBC, os.getpid()
    if libc is None:
        return None

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died before the line above took effect
            os._exit(1)

    return prepare


def foreground(argv: Sequence[str], *, env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a command that owns the terminal. Raises OSError when it can't be started."""
    return subprocess.Popen(argv, env=dict(env), preexec_fn=dying_with_parent(signal.SIGTERM))


def answer(argv: Argv, *, account: Account | None = None) -> str | None:
    """Return what a short command prints, or None when it fails."""
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    return done.stdout.strip() if done.returncode == 0 else None


def _keep_one_older(log: Path) -> None:
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
