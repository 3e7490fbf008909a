"""Runs `manage.py up` as a person would, away from the shop that the tests themselves use."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
WITHIN = 60  # seconds until a test gives up waiting
READY = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(100)"


class Supervisor:
    """The `manage.py up` of one state folder."""

    def __init__(self, state: Path, **environ: str) -> None:
        self.state = state
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        self.environ: Mapping[str, str] = {**kept, "SHOPFLOW_STATE": str(state), **environ}
        self.started: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run it to its end."""
        return subprocess.run(
            self._argv(arguments),
            cwd=PROJECT,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=False,
        )

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start it and go on."""
        process = subprocess.Popen(
            self._argv(arguments),
            cwd=PROJECT,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def start_until(self, text: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start it and wait until it prints a line with `text`."""
        process = self.start(*arguments)
        assert process.stdout
        seen = []
        for line in process.stdout:
            seen.append(line)
            if text in line:
                return process
        raise AssertionError(f"{text!r} was never printed:\n{''.join(seen)}")

    def clean_up(self) -> None:
        """End what a failing test has left, and remove the folder."""
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=WITHIN)
        self.run("--forget")

    def _argv(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "manage.py", "up", *arguments]


def descendants(pid: int) -> set[int]:
    """Return the processes that a process has started, and those that they have."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _stat(folder)):
            parents[int(folder.name)] = int(stat[1])
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= new
    return found


def alive(pids: set[int]) -> set[int]:
    """Return those that still run; a zombie doesn't."""
    return {pid for pid in pids if (stat := _stat(Path(f"/proc/{pid}"))) and stat[0] not in "ZX"}


def soon(true: Callable[[], bool]) -> bool:
    """Say whether it becomes true before the patience is at its end."""
    deadline = time.monotonic() + WITHIN
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _stat(folder: Path) -> list[str]:
    """Return state and parent, and what follows them in /proc."""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
