"""The shop's own web server, as `make run` starts it, with one process."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

from django.conf import settings

HOST = "127.0.0.1"
SERVER = "granian --interface wsgi shopflow.wsgi:application --blocking-threads 4 --no-ws"
PATIENCE = 30  # seconds
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Server:
    """Where the shop answers. Each caller opens a connection of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connection(self) -> HTTPConnection:
        return HTTPConnection(HOST, self.port, timeout=PATIENCE)


class Browser:
    """One connection that keeps its cookie, as somebody who fills in the login form."""

    def __init__(self, server: Server) -> None:
        self.connection = server.connection()
        page, cookie = self.get("/accounts/login/")
        found = TOKEN.search(page)
        assert found, "the login page has a token"
        self.token, self.cookie = found[1], cookie.partition(";")[0]

    def get(self, path: str) -> tuple[str, str]:
        """Return the page and the cookie it sets."""
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        return answer.read().decode(), answer.headers.get("Set-Cookie", "")

    def log_in(self, email: str, password: str, *, address: str) -> tuple[int, float]:
        """Send the login form as if from `address`; return the status and the seconds it took."""
        form = {"csrfmiddlewaretoken": self.token, "username": email, "password": password}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self.cookie,
            "X-Forwarded-For": address,
        }
        started = time.perf_counter()
        self.connection.request("POST", "/accounts/login/", urlencode(form), headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - started


@contextmanager
def running_server() -> Iterator[Server]:
    """Serve the shop behind one proxy, as which the measurements speak, until the block ends."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    environ: Mapping[str, str] = {
        **os.environ,
        "SHOPFLOW_PROCESS": "web",
        "TRUSTED_PROXIES": "1",
        "API_LIMITS": "0",
    }
    command = [sys.executable, "-m", *SERVER.split(), "--host", HOST, "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = Server(port)
        _wait(server)
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(server: Server) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection = server.connection()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
