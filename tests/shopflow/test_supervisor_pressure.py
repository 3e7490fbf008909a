"""What a machine, a careless person or another user can do to a shop."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shopflow.supervisor.binaries import postgres_folder
from shopflow.supervisor.environment import Ports
from shopflow.supervisor.shop import Shop
from shopflow.supervisor.state import PROJECT, State
from shopflow.supervisor.trouble import Trouble
from tests.shopflow.supervising import READY, Supervisor, alive, descendants, soon

ANSWER = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as line:
    print(line.execute("select 'it answers'").fetchone()[0])
"""
NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="shopflow-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def supervisor(folder: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(folder / "state")
    yield supervisor
    supervisor.clean_up()


def test_starts_again_when_everybody_was_killed_and_the_number_is_anothers(
    supervisor: Supervisor,
) -> None:
    process = supervisor.start("--exec", sys.executable, "-c", READY)
    assert soon(lambda: (supervisor.state / "env").exists())
    data = supervisor.state / "pg18"
    for pid in {process.pid, *descendants(process.pid)}:
        # Some end by themselves once the first is gone.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate()

    with running("sleep", "100", owner=data) as other:
        notes = [data / "postmaster.pid", *supervisor.state.glob("sockets/.s.PGSQL.*.lock")]
        for note in notes:
            note.write_text("\n".join([str(other.pid), *note.read_text().split("\n")[1:]]))
        again = supervisor.run("--exec", sys.executable, "-c", ANSWER)

        assert len(notes) == 2
        assert (again.returncode, again.stdout) == (0, "it answers\n")
        assert other.poll() is None


def test_leaves_a_server_alone_that_somebody_else_has_started(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POSTGRES_BIN", raising=False)  # of the suite, not of this shop
    supervisor.run("--exec", "true")
    data = supervisor.state / "pg18"
    program = postgres_folder() / "bin" / "postgres"

    with running(program, "-D", data, "-c", "listen_addresses=", "-k", data, owner=data) as other:
        assert soon(lambda: (data / ".s.PGSQL.5432").exists())
        refused = supervisor.run("--exec", "true")

        assert refused.returncode == 1
        assert 'lock file "postmaster.pid" already exists' in refused.stderr
        assert (data / "postmaster.pid").read_text().split("\n")[0] == str(other.pid)
        assert other.poll() is None


def test_stops_when_its_terminal_is_closed_though_nobody_passes_it_on(
    supervisor: Supervisor,
) -> None:
    # The leader of the session, as `make` is in `ssh -t host make run`, keeps the news to itself.
    leader, terminal = in_terminal(supervisor, "trap : HUP")
    assert soon(lambda: (supervisor.state / "env").exists())
    started = descendants(leader.pid)

    os.close(terminal)
    leader.wait(timeout=60)

    assert len(started) > 3
    assert soon(lambda: alive(started) == set())


def test_outlives_its_terminal_when_it_was_told_to(supervisor: Supervisor) -> None:
    # What nohup does.
    leader, terminal = in_terminal(supervisor, "trap '' HUP")
    assert soon(lambda: (supervisor.state / "env").exists())
    started = descendants(leader.pid)

    os.close(terminal)
    os.killpg(leader.pid, signal.SIGHUP)
    answered = supervisor.run("--attach", "--exec", sys.executable, "-c", ANSWER)
    lived = alive(started)
    os.kill(int((supervisor.state / "lock").read_text()), signal.SIGTERM)
    leader.wait(timeout=60)

    assert answered.stdout == "it answers\n"
    assert lived == started
    assert soon(lambda: alive(started) == set())


@pytest.mark.parametrize("name", ["", "lock", "children.lock", "env", "redis", "logs"])
def test_refuses_a_folder_in_which_something_is_anothers(folder: Path, name: str) -> None:
    state = State(folder / "state")
    state.make()
    for file in ("lock", "children.lock", "env"):
        (state.folder / file).touch()
    (state.folder / "redis").mkdir()
    for path in (state.folder, *state.folder.iterdir()):
        path.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(path, NOBODY, -1)
    closed = state.folder / name
    closed.chmod(0 if name else 0o555)
    if os.geteuid() == 0:
        os.chown(closed, 0, -1)

    with unprivileged(), pytest.raises(Trouble) as trouble:
        state.make()

    assert str(trouble.value).startswith(f"{closed} belongs to another user.\n")


def test_collects_static_files_again_that_somebody_removed(tmp_path: Path) -> None:
    state = State(tmp_path)
    shop = Shop(state, Ports(8000, 8001), {})
    jobs: list[str] = []

    class Recording:
        finish = staticmethod(lambda program: None)
        finish_all = staticmethod(lambda programs: jobs.extend(p.name for p in programs))

    prepare: Callable[..., None] = shop.prepare
    prepare(Recording, None)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "staticfiles.json").touch()
    prepare(Recording, None)
    (tmp_path / "static" / "staticfiles.json").unlink()
    prepare(Recording, None)

    assert jobs == ["migrate", "collectstatic", "migrate", "migrate", "collectstatic"]


@contextmanager
def running(*argv: str | Path, owner: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program as the user whose folder it is."""
    user = owner.stat().st_uid if os.geteuid() == 0 else None
    log = subprocess.DEVNULL
    with subprocess.Popen(argv, user=user, cwd="/", stdout=log, stderr=log) as process:
        yield process
        process.send_signal(signal.SIGINT)


def in_terminal(supervisor: Supervisor, trap: str) -> tuple["subprocess.Popen[bytes]", int]:
    """Start the supervisor below a shell that leads a terminal's session; return that too."""
    terminal, line = pty.openpty()
    up = f"{sys.executable} manage.py up --throwaway --exec {sys.executable} -c '{READY}'"
    leader = subprocess.Popen(
        ["sh", "-c", f"{trap}; {up}; exit 0"],
        cwd=PROJECT,
        env=supervisor.environ,
        stdin=line,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0) and None,
    )
    os.close(line)
    return leader, terminal


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may do everything, so it becomes somebody else for a while."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
