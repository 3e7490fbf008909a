"""The state folder: data, logs, keys and the lock of one running shop."""

import fcntl
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from shopflow.supervisor.attention import Attention
from shopflow.supervisor.terminal import progress
from shopflow.supervisor.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[2]
# The kernel's limit for a socket address, with its final NUL; it is 104 outside Linux.
LONGEST_SOCKET = 103
_LONGEST_NAME = ".s.PGSQL.5432.lock"
# What stands for itself in each of the addresses that name the folder.
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
_PATIENCE = 30


class State:
    """Where one shop keeps what it needs between starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.env_file = folder / "env"
        self.demo_logins = folder / "demo-logins.txt"
        self._lock_file = folder / "lock"
        self._childrens_lock = folder / "children.lock"

    @classmethod
    def chosen(cls, environ: Mapping[str, str]) -> "State":
        """Return the one SHOPFLOW_STATE names, `.run` in the project when it names none."""
        return cls((PROJECT / (environ.get("SHOPFLOW_STATE") or ".run")).resolve())

    @property
    def shown(self) -> str:
        """Return the folder as a person would type it."""
        with suppress(ValueError):
            return str(self.folder.relative_to(Path.cwd()))
        return str(self.folder)

    def make(self) -> None:
        """Make the folders. Raises Trouble when this user may not."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Trouble(f"The state folder {self.folder} can't be made: {error}.") from error
        # All of it: `sudo make run` leaves single files of root's behind, the keys among them.
        for path in (self.folder, *self.folder.glob("*")):
            if path.exists() and not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
                raise Trouble(
                    f"{path} belongs to another user.\n"
                    "Start the shop as that user, give it all to you (chown -R), or choose "
                    "another folder: SHOPFLOW_STATE=.run-mine"
                )

    @contextmanager
    def locked(self, attention: Attention) -> Iterator[int]:
        """Hold the folder and give the descriptor for the children to keep. Raises Trouble.

        There are two locks. Ours ends with us. The other one is inherited by the children: after
        a `kill -9` it lasts until the last has finished, so a new start never meets an old server.
        """
        with self._lock_file.open("a+b") as ours, self._childrens_lock.open("a+b") as theirs:
            if not _try_lock(ours):
                raise Trouble(self._already_running())
            ours.truncate(0)
            ours.write(f"{os.getpid()}\n".encode())
            ours.flush()
            if not _try_lock(theirs):
                progress("Waiting for the processes of an earlier run to finish …")
                if not attention.until(lambda: _try_lock(theirs), within=_PATIENCE):
                    raise Trouble(
                        f"Processes of an earlier run still use {self.shown}. End them, or choose "
                        "another folder: SHOPFLOW_STATE=.run-second make run"
                    )
            yield theirs.fileno()

    def is_running(self) -> bool:
        """Say whether a supervisor holds this folder now."""
        if not self._lock_file.exists():
            return False
        with self._lock_file.open("rb") as ours:
            return not _try_lock(ours)

    def _already_running(self) -> str:
        return (
            f"ShopFlow is already running from {self.shown} "
            f"(process {self._lock_file.read_text().strip()}).\n"
            "Stop it with Ctrl-C in its terminal, or run a second one beside it:\n"
            "  SHOPFLOW_STATE=.run-second PORT=8010 make run"
        )

    @contextmanager
    def sockets(self, owner: int, *, apart: bool) -> Iterator[Path]:
        """Give a folder for unix sockets that only user `owner` (and root) may enter.

        It is in the state folder unless that is out of the owner's reach (`apart`), or its path
        is too long or too unusual for an address.
        """
        folder = self.folder / "sockets"
        if apart or not _fits(folder):
            name = f"shopflow-{os.getuid()}-{_digest(self.folder)}"
            folder = Path(tempfile.gettempdir()) / name
            if not _fits(folder):
                raise Trouble(
                    f"The path {folder} is too long for a socket. Choose a short folder for "
                    "temporary files: TMPDIR=/tmp make run"
                )
        _make_private(folder, owner)
        try:
            yield folder
        finally:
            if folder.parent != self.folder:
                with suppress(OSError):
                    folder.rmdir()


def _try_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _fits(folder: Path) -> bool:
    path = str(folder / _LONGEST_NAME)
    return len(os.fsencode(path)) <= LONGEST_SOCKET and _PLAIN.fullmatch(path) is not None


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]


def _make_private(folder: Path, owner: int) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    # In /tmp anybody could have made the name first, to read along or to send us elsewhere.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), owner}:
        raise Trouble(
            f"The folder for sockets, {folder}, belongs to somebody else.\n"
            "Remove it, or move the project to a shorter path."
        )
    if found.st_uid != owner:
        os.chown(folder, owner, -1)
    folder.chmod(0o700)
