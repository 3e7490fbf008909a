import json
import re
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.ledger import ledger
from tests.shopflow.supervising import READY, Supervisor, alive, descendants, soon

SHOW_ENV = "import json, os; print(json.dumps(dict(os.environ)))"
ASK_BOTH = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as line:
    print(*line.execute("select current_database(), current_setting('fsync')").fetchone())
with redis.Redis.from_url(os.environ["REDIS_URL"]) as line:
    print(line.ping())
"""

QUERY = (
    sys.executable,
    "-c",
    """import os, sys, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as line:
    line.execute("set role shop_owner")
    print(line.execute(sys.argv[1]).statusmessage)""",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="shopflow-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def supervise(folder: Path) -> Iterator[Callable[..., Supervisor]]:
    made: list[Supervisor] = []

    def make(name: str = "state", **environ: str) -> Supervisor:
        made.append(Supervisor(folder / name, **environ))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.clean_up()


def test_runs_a_command_beside_both_servers(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise()

    done = supervisor.run("--throwaway", "--exec", sys.executable, "-c", ASK_BOTH)

    assert (done.returncode, done.stdout) == (0, "shopflow off\nTrue\n")


def test_keeps_data_safe_unless_it_is_thrown_away(supervise: Callable[..., Supervisor]) -> None:
    done = supervise().run("--exec", sys.executable, "-c", ASK_BOTH)

    assert (done.returncode, done.stdout) == (0, "shopflow on\nTrue\n")


def test_passes_on_the_exit_code(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise()

    assert supervisor.run("--throwaway", "--exec", "sh", "-c", "exit 7").returncode == 7
    assert supervisor.run("--throwaway", "--exec", "sh", "-c", "kill -9 $$").returncode == 137


def test_names_a_command_that_does_not_exist(supervise: Callable[..., Supervisor]) -> None:
    done = supervise().run("--throwaway", "--exec", "no-such-command")

    assert done.returncode == 1
    assert "no-such-command can't be started: No such file or directory." in done.stderr


@ledger("S2-160")
def test_gives_addresses_and_keys_to_the_command(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(PORT="8119")

    shown = supervisor.run("--throwaway", "--exec", sys.executable, "-c", SHOW_ENV)

    env = json.loads(shown.stdout)
    assert env["SITE_URL"] == "http://127.0.0.1:8119"
    assert env["SANDBOX_URL"] == "http://127.0.0.1:8120"
    assert env["SANDBOX_WEBHOOK_URL"] == "http://127.0.0.1:8119/webhooks/payments/sandbox/"
    assert len(env["SECRET_KEY"]) == len(env["SANDBOX_API_KEY"]) == 64
    assert env["SECRET_KEY"] != env["SANDBOX_API_KEY"] != env["SANDBOX_WEBHOOK_SECRET"]
    assert (Path(env["PATH"].split(":")[0]) / "pg_dump").exists()


def test_writes_an_env_file_for_the_owner_alone_and_keeps_its_keys(
    supervise: Callable[..., Supervisor],
) -> None:
    supervisor = supervise()
    env_file = supervisor.state / "env"
    keys = re.compile(r"^(SECRET_KEY|SANDBOX_API_KEY|SANDBOX_WEBHOOK_SECRET)=.{64}$", re.M)

    supervisor.run("--throwaway", "--exec", "true")
    first = env_file.read_text()
    supervisor.run("--throwaway", "--exec", "true")

    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    assert len(keys.findall(first)) == 3
    assert env_file.read_text() == first


def test_starts_no_server_whose_address_is_given(supervise: Callable[..., Supervisor]) -> None:
    elsewhere = "postgresql://shop@127.0.0.1:1/shop"
    supervisor = supervise(DATABASE_URL=elsewhere, REDIS_URL="redis://127.0.0.1:1/0")

    shown = supervisor.run("--exec", sys.executable, "-c", SHOW_ENV)

    env = json.loads(shown.stdout)
    assert env["DATABASE_URL"] == elsewhere
    assert env["REDIS_URL"] == env["CELERY_BROKER_URL"] == "redis://127.0.0.1:1/0"
    assert list((supervisor.state / "logs").iterdir()) == []


def test_works_under_a_long_path_with_spaces(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(f"a folder + more/{'x' * 120}")

    done = supervisor.run("--throwaway", "--exec", sys.executable, "-c", ASK_BOTH)

    assert (done.returncode, done.stdout) == (0, "shopflow off\nTrue\n")
    address = (supervisor.state / "env").read_text().partition("DATABASE_URL=")[2].splitlines()[0]
    assert not Path(address.partition("host=")[2]).exists()


def test_works_where_others_may_not_enter(
    supervise: Callable[..., Supervisor], folder: Path
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    supervisor = supervise("closed/state")

    first = supervisor.run("--exec", *QUERY, "create table kept (n int)")
    second = supervisor.run("--exec", *QUERY, "select * from kept")
    home = (supervisor.state / "pg18").resolve().parent
    removed = supervisor.run("--forget")

    assert (first.stdout, first.stderr.count("cluster (once)")) == ("CREATE TABLE\n", 1)
    assert (second.stdout, second.stderr.count("cluster (once)")) == ("SELECT 0\n", 0)
    assert (removed.returncode, list(closed.iterdir()), home.exists()) == (0, [], False)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_refuses_a_second_start(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise()
    first = supervisor.start("--throwaway", "--exec", sys.executable, "-c", READY)
    assert soon(lambda: (supervisor.state / "env").exists())

    second = supervisor.run("--exec", "true")

    assert second.returncode == 1
    assert f"ShopFlow is already running from {supervisor.state} (process {first.pid})." in (
        second.stderr
    )
    assert first.poll() is None


def test_attaches_a_command_to_the_running_servers(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise()
    supervisor.start("--throwaway", "--exec", sys.executable, "-c", READY)
    assert soon(lambda: (supervisor.state / "env").exists())

    done = supervisor.run("--attach", "--exec", sys.executable, "-c", ASK_BOTH)

    assert (done.returncode, done.stdout, done.stderr) == (0, "shopflow off\nTrue\n", "")


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_refuses_a_taken_port_before_it_starts_anything(
    supervise: Callable[..., Supervisor], name: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        supervisor = supervise(**{"PORT": "8118", name: str(port)})

        done = supervisor.run()

    assert done.returncode == 1
    assert f"Port {port} can't be used (Address already in use); {name} chooses another" in (
        done.stderr
    )
    assert list((supervisor.state / "logs").iterdir()) == []


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "8000.5", "٨"])
def test_refuses_what_is_no_port(supervise: Callable[..., Supervisor], port: str) -> None:
    done = supervise(PORT=port).run("--exec", "true")

    assert done.returncode == 1
    assert f"PORT={port} is no port." in done.stderr


def test_leaves_no_process_behind_when_it_is_killed_and_starts_again(
    supervise: Callable[..., Supervisor],
) -> None:
    supervisor = supervise()
    process = supervisor.start_until("", "--exec", sys.executable, "-c", READY)
    assert soon(lambda: (supervisor.state / "env").exists())
    started = descendants(process.pid)

    process.kill()
    again = supervisor.run("--exec", sys.executable, "-c", ASK_BOTH)

    assert len(started) > 3
    assert soon(lambda: alive(started) == set())
    assert (again.returncode, again.stdout) == (0, "shopflow on\nTrue\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_hands_a_stop_to_the_command_and_then_stops_the_servers(
    supervise: Callable[..., Supervisor], number: signal.Signals
) -> None:
    supervisor = supervise()
    command = f"trap 'echo handed on; exit 3' {number.name.removeprefix('SIG')}; echo ready; "
    process = supervisor.start_until(
        "ready", "--throwaway", "--exec", "sh", "-c", command + "while :; do sleep 0.1; done"
    )
    started = descendants(process.pid)

    process.send_signal(number)
    output, _ = process.communicate(timeout=60)

    assert (process.returncode, output) == (3, "handed on\n")
    assert alive(started) == set()


def test_stops_while_it_is_starting(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise()
    process = supervisor.start_until("Making the database cluster", "--throwaway", "--exec", "true")
    started = descendants(process.pid)

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == 130
    assert alive(started) == set()
    assert not (supervisor.state / "pg18").exists()
