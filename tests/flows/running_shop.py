"""The whole shop as processes, for tests that use it from outside as people do.

Web, one worker and the sandbox provider work on a database of their own, copied from the one this
test run has: whatever other tests do to theirs, this shop stays open.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connections
from pytest_django import DjangoDbBlocker

from accounts.models import TotpDevice
from shopflow.demo.people import FILE, OWNER, SHOPPER
from shopflow.invariants import violations
from tests.payments.sandbox_process import API_KEY, ROOT, SECRET, Sandbox, running_sandbox, send
from tests.shopflow.supervising import soon
from tests.staff import code_of

# One shop for all of these tests, so one worker of the test run has them all.
IN_THE_SHOP = [pytest.mark.django_db, pytest.mark.xdist_group("browser")]
SUFFIX = "running_shop"
# The last two of Redis's sixteen databases; the others are those of the test run's workers.
CACHE, QUEUE = 14, 15


@dataclass(frozen=True)
class RunningShop:
    """A demo shop that is open: its address, its provider, and a look into its books."""

    url: str
    sandbox: Sandbox
    folder: Path
    database: str
    blocker: DjangoDbBlocker

    @contextmanager
    def books(self) -> Iterator[None]:
        """Let Django's models read this shop's database instead of the test's own."""
        usual = connections["default"]
        own = usual.copy()
        own.settings_dict["NAME"] = self.database
        with self.blocker.unblock():
            connections["default"] = own
            try:
                yield
            finally:
                connections["default"] = usual
                own.close()

    def broken_rules(self) -> dict[str, int]:
        """Return the invariants that rows break for good: none, once the queues are drained."""
        broken: dict[str, int] = {}

        def all_are_kept() -> bool:
            nonlocal broken
            broken = {name: count for name, count in violations().items() if count}
            return not broken

        with self.books():
            soon(all_are_kept)
        return broken

    @property
    def owner(self) -> tuple[str, str]:
        """The e-mail and the password that the owner signs in with."""
        return self._login(OWNER)

    @property
    def shopper(self) -> tuple[str, str]:
        """The e-mail and the password of the demo shopper."""
        return self._login(SHOPPER)

    def _login(self, who: str) -> tuple[str, str]:
        lines = (self.folder / FILE).read_text().splitlines()
        email, password, _ = next(line for line in lines if line.startswith(who)).split()
        return email, password

    def code_of_owner(self) -> str:
        """What the owner's authenticator app shows."""
        with self.books():
            device = TotpDevice.objects.get(user__email=OWNER)
            # Tests sign in more often than every half minute, and no code is taken twice.
            device.last_step = None
            device.save(update_fields=["last_step"])
            return code_of(device)


@contextmanager
def running_shop(folder: Path, blocker: DjangoDbBlocker) -> Iterator[RunningShop]:
    """Open the demo shop with its state in this folder, and close it without a trace."""
    port = free_port()
    # By a name: browsers make no passkeys for an address of digits.
    url = f"http://localhost:{port}"
    events = f"{url}/webhooks/payments/sandbox/"
    with (
        _own_database(blocker) as database,
        running_sandbox(database=folder / "ledger.sqlite3", webhook_url=events) as sandbox,
    ):
        env = _environ(folder, database, url, sandbox)
        with _emptied_redis(env), _worker(env, folder):
            _prepare(env, folder)
            with _web(env, folder, port):
                yield RunningShop(url, sandbox, folder, database, blocker)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _own_database(blocker: DjangoDbBlocker) -> Iterator[str]:
    """Copy the test database, which is empty between tests; return the copy's name."""
    creation = connections["default"].creation
    if not connections["default"].settings_dict["NAME"].startswith("test_"):
        # pytest-django makes the test database only for tests that say they want one.
        raise RuntimeError("Mark this test with IN_THE_SHOP, or a real database would be copied")
    with blocker.unblock():
        creation.clone_test_db(SUFFIX, verbosity=0, autoclobber=True)
    yield creation.get_test_db_clone_settings(SUFFIX)["NAME"]
    with blocker.unblock():
        creation.destroy_test_db(suffix=SUFFIX, verbosity=0)


def _environ(folder: Path, database: str, url: str, sandbox: Sandbox) -> dict[str, str]:
    """Return what the shop's processes are given, in place of what this test run has."""
    outer = os.environ
    return {
        **outer,
        "SHOPFLOW_STATE": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "DATABASE_URL": urlsplit(outer["DATABASE_URL"])._replace(path=f"/{database}").geturl(),
        "REDIS_URL": re.sub(r"(?<=db=)\d+", str(CACHE), outer["REDIS_URL"]),
        "CELERY_BROKER_URL": re.sub(
            r"(?<=virtual_host=)\d+", str(QUEUE), outer["CELERY_BROKER_URL"]
        ),
        "DEBUG": "0",
        "SITE_URL": url,
        "EMAIL_URL": (folder / "mails").as_uri(),
        "SANDBOX_URL": sandbox.url,
        "SANDBOX_API_KEY": API_KEY,
        "SANDBOX_WEBHOOK_SECRET": SECRET,
    }


@contextmanager
def _emptied_redis(env: Mapping[str, str]) -> Iterator[None]:
    queue = env["CELERY_BROKER_URL"].replace("redis+socket:", "unix:")
    addresses = (env["REDIS_URL"], queue.replace("virtual_host=", "db="))
    with redis.Redis.from_url(addresses[0]) as cache, redis.Redis.from_url(addresses[1]) as broker:
        if any(client["db"] == str(QUEUE) for client in cache.client_list()):
            # They would take each other's tasks.
            raise RuntimeError("Another shop is running on this Redis; was xdist_group ignored?")
        cache.flushdb()
        broker.flushdb()
        yield
        cache.flushdb()
        broker.flushdb()


def _prepare(env: Mapping[str, str], folder: Path) -> None:
    """Load the demo shop and collect the static files, side by side."""
    # Most files are those of the API's own page, and no test visits that here.
    collect = ["manage.py", "collectstatic", "--noinput", "--ignore", "drf_spectacular_sidecar"]
    with (
        _running("seed", "manage.py", "seed", "--size", "s", env=env, folder=folder) as seed,
        _running("static", *collect, env=env, folder=folder) as static,
    ):
        for name, job in (("seed", seed), ("static", static)):
            if job.wait(timeout=180):
                raise RuntimeError(_last_words(name, folder))


@contextmanager
def _worker(env: Mapping[str, str], folder: Path) -> Iterator[None]:
    argv = "-m celery -A shopflow.celery worker -l info -c 1 --without-mingle --without-gossip"
    env = {**env, "SHOPFLOW_PROCESS": "worker"}
    with _running("worker", *argv.split(), env=env, folder=folder):
        yield


@contextmanager
def _web(env: Mapping[str, str], folder: Path, port: int) -> Iterator[None]:
    argv = "-m granian --interface wsgi shopflow.wsgi:application --blocking-threads 4 --no-ws"
    argv += f" --host 127.0.0.1 --port {port}"
    with _running("web", *argv.split(), env=env, folder=folder) as web:
        if not soon(lambda: web.poll() is not None or _answers(port)) or web.returncode:
            raise RuntimeError(_last_words("web", folder))
        yield


def _answers(port: int) -> bool:
    try:
        return send("GET", f"http://127.0.0.1:{port}/healthz").status == 200
    except OSError:
        return False


@contextmanager
def _running(
    name: str, *arguments: str, env: Mapping[str, str], folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Python program of the project, its log beside its state; end it at the end."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _last_words(name: str, folder: Path) -> str:
    return f"{name} failed:\n{(folder / f'{name}.log').read_text()[-4000:]}"
