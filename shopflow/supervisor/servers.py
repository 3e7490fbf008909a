"""PostgreSQL and Redis: from a state folder to servers that answer."""

import os
import shutil
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from shopflow.access.roles import roles_sql
from shopflow.supervisor.binaries import redis_server
from shopflow.supervisor.children import POLITE, Argv, Child, Program, Steps, answer
from shopflow.supervisor.crew import Crew
from shopflow.supervisor.place import Place
from shopflow.supervisor.terminal import progress
from shopflow.supervisor.trouble import Trouble, last_lines

# Who the shop connects as; it may act as each of the shop's roles and has no rights of its own.
_LOGIN = "shop"
# A start after a crash reads the log of changes first, which takes a while on a slow disk.
_PATIENCE = 120
# The cluster is the same on every machine: sorting by code point, no system locale involved.
_INITDB = ("--username=postgres --auth=trust --encoding=UTF8 --no-sync --no-instructions").split()
_LOCALE = "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8".split()
# Before 17 there was no locale of its own; the systems' C.UTF-8 sorts by code point too.
_OLD_LOCALE = ["--locale=C.UTF-8"]
_SETTINGS = (
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=128MB",
    "shared_preload_libraries=pg_stat_statements",
    # What takes long and what changes the schema stands in the server's log (ledger S1-105).
    "log_min_duration_statement=200ms",
    "log_statement=ddl",
)
# For data nobody misses: a test run may lose everything when the machine does.
_CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Postgres:
    """Our own PostgreSQL server."""

    place: Place
    sockets: Path

    @property
    def address(self) -> str:
        """Return its DATABASE_URL."""
        return f"postgresql://{_LOGIN}@/shopflow?host={self.sockets}"

    def start(self, crew: Crew, *, throwaway: bool) -> None:
        """Start it on a cluster that is made when missing. Raises Trouble."""
        if not self.place.data.is_dir():
            self._make_cluster(crew)
        self._forget_killed_server()
        settings = _SETTINGS + (_CARELESS if throwaway else ())
        options = [part for setting in settings for part in ("-c", setting)]
        # SIGTERM would wait for clients; SIGINT is PostgreSQL's fast and clean stop.
        stop: Steps = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
        argv: Argv = [
            self._program("postgres"),
            "-D",
            self.place.data,
            "-k",
            self.sockets,
            *options,
        ]
        crew.start(self._as_program("postgres", argv, stop=stop))

    def wait(self, crew: Crew) -> None:
        """Wait until it answers, and make the database when missing. Raises Trouble."""
        child = crew.named("postgres")
        if not crew.until(lambda: self._answers(child), within=_PATIENCE):
            raise Trouble(f"PostgreSQL doesn't answer. Its log: {child.log}{last_lines(child.log)}")
        self.ask(roles_sql(_LOGIN))
        # Beside the shop's database, so that the shop's dumps needn't know of it.
        self.ask("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        if self.ask("SELECT 1 FROM pg_database WHERE datname = 'shopflow'") != "1":
            self.ask("CREATE DATABASE shopflow OWNER shop_owner")

    def ask(self, statement: str) -> str:
        """Return what one statement answers, as text. Raises Trouble."""
        found = self._psql(statement)
        if found is None:
            raise Trouble(f"PostgreSQL refused: {statement}\nIts log is in the state folder.")
        return found

    def _answers(self, child: Child) -> bool:
        if child.exit_code is not None:
            raise Trouble(f"PostgreSQL didn't start. Its log: {child.log}{last_lines(child.log)}")
        return self._psql("SELECT 1") == "1"

    def _psql(self, statement: str) -> str | None:
        options = ["-XAtq", "-U", "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1"]
        return answer([self._program("psql"), "-h", self.sockets, *options, "-c", statement])

    def _make_cluster(self, crew: Crew) -> None:
        progress("Making the database cluster (once) …")
        half = self.place.data.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if self.place.account:
            self.place.account.owns(half)
        locale = _LOCALE if self._major_version() >= 17 else _OLD_LOCALE
        argv: Argv = [self._program("initdb"), "-D", half, *_INITDB, *locale]
        crew.finish(self._as_program("initdb", argv))
        half.rename(self.place.data)

    def _forget_killed_server(self) -> None:
        """Remove the lock files of a server that was killed.

        PostgreSQL won't start while they name a living process, and the number of a dead server
        may be anybody's by now; in a container whose first process doesn't collect orphans it
        stays a zombie's for ever. That no server of ours lives we know: it would hold our lock.
        """
        note = self.place.data / "postmaster.pid"
        if note.exists() and not _is_served(self.place.data, note.read_text().partition("\n")[0]):
            note.unlink()
            for left in self.sockets.glob(".s.PGSQL.*"):
                left.unlink()

    def _major_version(self) -> int:
        # postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        said = answer([self._program("postgres"), "--version"]) or ""
        return int(said.split()[2].split(".")[0])

    def _program(self, name: str) -> Path:
        return self.place.programs / "bin" / name

    def _as_program(
        self,
        name: str,
        argv: Argv,
        stop: Steps = POLITE,
    ) -> Program:
        # In "/" because a switched account may not be allowed to enter the project's folder.
        return Program(
            name=name,
            argv=argv,
            stop=stop,
            account=self.place.account,
            folder=Path("/"),
            env=_PLAIN_ENV,
        )


@dataclass(frozen=True)
class Redis:
    """Our own Redis server."""

    folder: Path
    sockets: Path

    @property
    def socket(self) -> Path:
        """Return the path of its socket."""
        return self.sockets / "redis.sock"

    @property
    def address(self) -> str:
        """Return its REDIS_URL."""
        return f"unix://{self.socket}?db=0"

    def start(self, crew: Crew, *, throwaway: bool) -> None:
        """Start it. Raises Trouble."""
        self.folder.mkdir(exist_ok=True)
        # Queued work survives a restart, except where nobody would want it to.
        kept = "no" if throwaway else "yes"
        options = f"--port 0 --unixsocketperm 700 --daemonize no --appendonly {kept}".split()
        argv: Argv = [
            redis_server(),
            "--unixsocket",
            self.socket,
            "--dir",
            self.folder,
            "--save",
            "",
            *options,
        ]
        program = Program(name="redis", argv=argv, folder=self.folder, env=_PLAIN_ENV)
        crew.start(program)

    def wait(self, crew: Crew) -> None:
        """Wait until it answers. Raises Trouble."""
        child = crew.named("redis")
        if not crew.until(lambda: self._answers(child), within=_PATIENCE):
            raise Trouble(f"Redis doesn't answer. Its log: {child.log}{last_lines(child.log)}")

    def _answers(self, child: Child) -> bool:
        if child.exit_code is not None:
            raise Trouble(f"Redis didn't start. Its log: {child.log}{last_lines(child.log)}")
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def _is_served(data: Path, pid: str) -> bool:
    """Say whether this process is a server that somebody else has started on the data."""
    if not Path("/proc/self").exists():
        return True  # nobody can tell, so PostgreSQL shall decide
    try:
        # Where every server works; it runs as the owner of the data, so we may look.
        return Path("/proc", pid, "cwd").samefile(data)
    except OSError:
        return False


# Servers get none of the shop's keys.
_PLAIN_ENV = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
