"""The shop's own processes, and what has to be done before they start."""

import hashlib
import http.client
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shopflow.supervisor.children import POLITE, Program, Steps
from shopflow.supervisor.crew import Crew
from shopflow.supervisor.environment import Ports
from shopflow.supervisor.servers import Postgres
from shopflow.supervisor.state import PROJECT, State
from shopflow.supervisor.terminal import progress
from shopflow.supervisor.trouble import Trouble

# SIGTERM lets running tasks finish, SIGQUIT gives them back to the queue.
_WORKER_STOP: Steps = ((signal.SIGTERM, 5), (signal.SIGQUIT, 8), (signal.SIGKILL, 5))
_PATIENCE = 60


def refuse_taken_ports(ports: Ports) -> None:
    """Raise Trouble when one of the ports is in use."""
    for name, port in (("PORT", ports.web), ("SANDBOX_PORT", ports.sandbox)):
        with socket.socket() as probe:
            # As the servers themselves do; else the last run's closed connections would count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise Trouble(
                    f"Port {port} can't be used ({error.strerror}); {name} chooses another.\n"
                    "For example: PORT=8010 make run"
                ) from error


@dataclass(frozen=True)
class Shop:
    """Web, worker, beat and the sandbox payment provider."""

    state: State
    ports: Ports
    env: Mapping[str, str]

    def prepare(self, crew: Crew, postgres: Postgres | None) -> None:
        """Bring database and static files up to date, side by side. Raises Trouble and Stopped.

        With nothing changed since the last start there is nothing to do and Django isn't loaded.
        """
        schema, static = _fingerprint(_schema_files()), _fingerprint(_static_files())
        is_new = postgres is None or _mark(postgres) != schema
        stamp = self.state.folder / "static.stamp"
        jobs = []
        if is_new:
            progress("Preparing the database …")
            jobs.append(self._manage("migrate", "-v0"))
        root = Path(self.env.get("STATIC_ROOT") or self.state.folder / "static")
        is_there = stamp.exists() and (root / "staticfiles.json").exists()
        if not is_there or stamp.read_text() != static:
            progress("Collecting static files …")
            jobs.append(self._manage("collectstatic", "--noinput", "-v0"))
        crew.finish_all(jobs)
        stamp.write_text(static)
        if is_new:
            progress("Loading the demo shop, if the shop is empty …")
            crew.finish(self._manage("seed", "--size", "s", "--once"))
        if postgres is not None:
            # Kept with the database itself: who drops it gets a new one that is prepared again.
            postgres.ask(f"COMMENT ON DATABASE shopflow IS '{schema}'")

    def start(self, crew: Crew, *, reload: bool) -> None:
        """Start everything and return when pages are served. Raises Trouble and Stopped."""
        cores = str(os.cpu_count() or 1)
        crew.start(self._python("sandbox", "-m", "payments.sandbox"))
        web = ["-m", "granian", "--interface", "wsgi", "shopflow.wsgi:application"]
        web += ["--host", "127.0.0.1", "--port", str(self.ports.web)]
        web += ["--workers", "1" if reload else cores, "--blocking-threads", "4", "--no-ws"]
        if reload:
            # A half-typed line stops web until the next change, not the whole shop.
            web += ["--reload", "--reload-ignore-worker-failure"]
            web += ["--reload-ignore-paths", str(self.state.folder)]
            for folder in ("tests", ".ruff_cache", ".import_linter_cache"):
                web += ["--reload-ignore-dirs", folder]
        crew.start(self._python("web", *web, process="web"))
        # The others would fight with it for the processor, and a page is what people wait for.
        self._wait_for_web(crew)
        celery = ["-m", "celery", "-A", "shopflow.celery"]
        worker = [*celery, "worker", "-l", "info", "-c", cores, "--without-mingle"]
        worker += ["--without-gossip"]
        crew.start(self._python("worker", *worker, stop=_WORKER_STOP, process="worker"))
        schedule = str(self.state.folder / "beat-schedule")
        beat = [*celery, "beat", "-l", "info", "-s", schedule, "--pidfile="]
        crew.start(self._python("beat", *beat, process="worker"))

    def _wait_for_web(self, crew: Crew) -> None:
        statuses: list[int] = []

        def answered() -> bool:
            crew.require_everybody()
            statuses.extend(_status_of(self.ports.web))
            return bool(statuses)

        if not crew.until(answered, within=_PATIENCE):
            raise Trouble(f"The web server doesn't answer. Its log: {self.state.logs}/web.log")
        if statuses[-1] >= http.client.INTERNAL_SERVER_ERROR:
            progress(f"The home page answers {statuses[-1]}; see {self.state.logs}/web.log")

    def _manage(self, *arguments: str) -> Program:
        return self._python(arguments[0], str(PROJECT / "manage.py"), *arguments)

    def _python(
        self, name: str, *arguments: str, stop: Steps = POLITE, process: str = "command"
    ) -> Program:
        env = {**self.env, "SHOPFLOW_PROCESS": process}
        argv = [sys.executable, *arguments]
        return Program(name=name, argv=argv, stop=stop, env=env, folder=PROJECT)


def _mark(postgres: Postgres) -> str:
    return postgres.ask(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'shopflow'"
    )


def _schema_files() -> Iterator[Path]:
    yield PROJECT / "requirements" / "base.txt"
    yield PROJECT / "shopflow" / "access" / "groups.py"
    yield from sorted(PROJECT.glob("*/migrations/*.py"))
    yield from sorted(PROJECT.glob("shopflow/lib/migrations/*.py"))


def _static_files() -> Iterator[Path]:
    yield PROJECT / "requirements" / "base.txt"
    yield PROJECT / "shopflow" / "settings.py"
    for folder in (PROJECT / "static", *PROJECT.glob("[a-z]*/static")):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _fingerprint(files: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(PROJECT)} {content}\n".encode())
    return digest.hexdigest()


def _status_of(port: int) -> list[int]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", "/")
        return [line.getresponse().status]
    except (OSError, http.client.HTTPException):
        return []
    finally:
        line.close()
