"""The real Celery worker as a process of its own, on the test's database and queue."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds


@dataclass
class Worker:
    """A worker that is ready for tasks."""

    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


@contextmanager
def running_worker(folder: Path, *arguments: str) -> Iterator[Worker]:
    """Start a worker and wait until it is ready; its log goes into the folder."""
    log = folder / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "shopflow.celery", "worker"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--loglevel", "info", "--concurrency", "1", *arguments],
            cwd=ROOT,
            env=shop_environ("worker"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    worker = Worker(process)
    try:
        wait_until(lambda: " ready." in log.read_text(), process, log)
        yield worker
    finally:
        if process.poll() is None:
            worker.kill()


def wait_until(
    true: Callable[[], bool],
    process: subprocess.Popen[bytes] | None = None,
    log: Path | None = None,
) -> None:
    """Look again and again until it is true; fails when it never is, or the process has ended."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        is_alive = process is None or process.poll() is None
        words = log.read_text() if log else ""
        assert is_alive, f"The worker has ended:\n{words}"
        assert time.monotonic() < deadline, f"It never came true:\n{words}"
        time.sleep(0.05)


def shop_environ(process: str) -> dict[str, str]:
    """Return what a process of the shop is given to work on this test's database and queue."""
    database = connection.settings_dict
    login = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    address = f"postgresql://{login}@/{quote(database['NAME'])}?host={quote(database['HOST'])}"
    if database["PORT"]:
        address += f"&port={database['PORT']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shopflow.settings",
        "SHOPFLOW_PROCESS": process,
        "DATABASE_URL": address,
        "REDIS_URL": str(settings.CACHES["default"]["LOCATION"]),
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "SANDBOX_URL": settings.SANDBOX_URL,
        "SANDBOX_API_KEY": settings.SANDBOX_API_KEY,
        "SANDBOX_WEBHOOK_SECRET": ",".join(settings.SANDBOX_WEBHOOK_SECRET),
        "C_FORCE_ROOT": "1",
    }
