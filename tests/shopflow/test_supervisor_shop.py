import http.client
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.shopflow.supervising import Supervisor, alive, descendants

UP = "Stop        Ctrl-C"


@pytest.fixture
def shop() -> Iterator[Supervisor]:
    with TemporaryDirectory(prefix="shopflow-test-") as name:
        Path(name).chmod(0o755)
        web, sandbox = free_ports(2)
        supervisor = Supervisor(Path(name) / "state", PORT=str(web), SANDBOX_PORT=str(sandbox))
        yield supervisor
        supervisor.clean_up()


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def home_page(shop: Supervisor) -> int:
    line = http.client.HTTPConnection("127.0.0.1", int(shop.environ["PORT"]), timeout=30)
    line.request("GET", "/")
    status = line.getresponse().status
    line.close()
    return status


def test_a_dead_worker_ends_the_shop_and_the_next_start_has_nothing_to_prepare(
    shop: Supervisor,
) -> None:
    first = shop.start_until(UP)
    worker = next(pid for pid in descendants(first.pid) if is_worker(pid, parent=first.pid))

    os.kill(worker, signal.SIGKILL)
    told, _ = first.communicate(timeout=60)
    second = shop.start_until(UP)
    started = descendants(second.pid)
    status = home_page(shop)
    for _ in range(3):
        second.send_signal(signal.SIGINT)
    stopping, _ = second.communicate(timeout=60)

    assert first.returncode == 1
    assert "worker ended by itself (killed by SIGKILL), so everything is stopped." in told
    assert status == 200
    assert second.returncode == 0
    order = ["web", "beat", "worker", "sandbox", "redis", "postgres"]
    assert re.findall(r"stopping (\w+)", stopping) == order
    assert alive(started) == set()
    # Left from the first start: the second had no job to write a newer one.
    assert not (shop.state / "logs" / "migrate.log.1").exists()
    assert not (shop.state / "logs" / "collectstatic.log.1").exists()
    assert not (shop.state / "logs" / "seed.log.1").exists()


def is_worker(pid: int, *, parent: int) -> bool:
    process = Path(f"/proc/{pid}")
    arguments = (process / "cmdline").read_bytes().split(b"\0")
    return b"worker" in arguments and f"\nPPid:\t{parent}\n" in (process / "status").read_text()
