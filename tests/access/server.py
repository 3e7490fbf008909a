"""The real web server on the test's own database: granian, its threads and its pool."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from tests.access.people import Person
from tests.flows.celery_process import ROOT, shop_environ, wait_until
from tests.flows.running_shop import free_port
from tests.payments.sandbox_process import Reply, send
from tests.staff import signed_in

# As `make run` starts it, with one process.
SERVER = "granian --interface wsgi shopflow.wsgi:application --blocking-threads 4 --no-ws"


@dataclass(frozen=True)
class Server:
    url: str
    media: Path
    log: Path

    def get(self, path: str, *, session: str | None = None) -> Reply:
        """Ask for a page, perhaps with the session of somebody who is logged in."""
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
        return send("GET", self.url + path, headers=headers)

    def post(self, path: str, *, session: str | None = None) -> Reply:
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
        return send("POST", self.url + path, body=b"", headers=headers)


def session_of(person: Person) -> str:
    """Log somebody with an account in; return what the browser keeps."""
    assert person.user
    key = signed_in(person.user).session.session_key
    assert key
    return key


@contextmanager
def running_server(folder: Path, *, settings_module: str, **variables: str) -> Iterator[Server]:
    """Serve the shop with these settings and variables until the block ends.

    Its log goes into the folder.
    """
    port = free_port()
    _name_static_files(folder)
    environ = shop_environ("web") | {
        "DJANGO_SETTINGS_MODULE": settings_module,
        "STATIC_ROOT": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "DEBUG": "0",
        **variables,
    }
    log = folder / "web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *SERVER.split(), "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", folder / "media", log)
    try:
        wait_until(lambda: _answers(server), process, log)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _answers(server: Server) -> bool:
    try:
        return server.get("/healthz").status == 200
    except OSError:
        return False


def _name_static_files(folder: Path) -> None:
    """Let pages name their static files without collecting them, which takes its time."""
    names = [name for finder in get_finders() for name, _ in finder.list([])]
    manifest = {"version": "1.1", "hash": "", "paths": {name: name for name in names}}
    (folder / "staticfiles.json").write_text(json.dumps(manifest))
