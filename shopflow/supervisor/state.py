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

from shopflow.supervisor.attention import Attention
from shopflow.supervisor.terminal import progress
from shopflow.supervisor.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[2]
# The kernel's limit for a socket address, with its final NUL; it is 104 outside Linux.
LONGEST_SOCKET = 103
_LONGEST_NAME = ".s.PGSQL.5432.lock"
# What stands for itself in each of the addresses that name the folder.
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
_PATIENCE_WITH_EARLIER_RUN = 30


class State:
    """Where one shop keeps what it needs between starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.env_file = folder / "env"
        self.demo_logins = folder / "demo-logins.txt"
        self._lock_file = folder / "lock"

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
        if not os.access(self.folder, os.W_OK) or not os.access(self.logs, os.W_OK):
            raise Trouble(
                f"The state folder {self.folder} belongs to another user.\n"
                "Start the shop as that user, or choose another folder: SHOPFLOW_STATE=.run-mine"
            )

    @contextmanager
    def locked(self, attention: Attention) -> Iterator[int]:
        """Hold the folder and give the lock's descriptor. Raises Trouble when it is in use.

        The servers inherit the descriptor: after a `kill -9` of the supervisor the folder stays
        locked until the last of them has finished, so a new start never meets an old server.
        """
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._take(descriptor, attention)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield descriptor
        finally:
            os.close(descriptor)

    def is_running(self) -> bool:
        """Say whether a supervisor holds this folder now."""
        if not self._lock_file.exists():
            return False
        with self._lock_file.open("rb") as file:
            return not _try_lock(file.fileno()) and _is_alive(_number_in(file.fileno()))

    def _take(self, descriptor: int, attention: Attention) -> None:
        if _try_lock(descriptor):
            return
        if not _is_alive(_number_in(descriptor)):
            progress("Waiting for the processes of an earlier run to finish …")
            if attention.until(lambda: _try_lock(descriptor), within=_PATIENCE_WITH_EARLIER_RUN):
                return
        raise Trouble(
            f"ShopFlow is already running from {self.shown} (process {_number_in(descriptor)}).\n"
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


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _number_in(descriptor: int) -> int:
    text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    return int(text) if text.isdigit() else 0


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
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
