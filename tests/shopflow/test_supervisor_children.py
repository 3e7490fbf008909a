import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopflow.supervisor.attention import Attention
from shopflow.supervisor.children import POLITE, Program, Steps
from shopflow.supervisor.crew import Crew
from shopflow.supervisor.tail import Tail
from shopflow.supervisor.trouble import Trouble
from tests.shopflow.supervising import alive, descendants, soon

TELLS_ITS_END = """
import signal, sys
def end(*_):
    with open(sys.argv[1], "a") as told:
        print(sys.argv[2], file=told)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
signal.pause()
"""
WILL_NOT_END = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    print("ready", flush=True)
signal.pause()
"""


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    with (tmp_path / "lock").open("w") as lock, Attention() as attention:
        crew = Crew(attention, logs=tmp_path, lock=lock.fileno())
        yield crew
        crew.end_all(tell=lambda _: None)


def start(crew: Crew, name: str, code: str, *arguments: str, stop: Steps = POLITE) -> int:
    argv = [sys.executable, "-c", code, *arguments]
    child = crew.start(Program(name=name, argv=argv, folder=Path("/"), stop=stop))
    assert soon(lambda: b"ready" in child.log.read_bytes())
    return child.process.pid


def test_ends_the_last_started_first(crew: Crew, tmp_path: Path) -> None:
    told = tmp_path / "told"
    for name in ("postgres", "redis", "worker", "web"):
        start(crew, name, TELLS_ITS_END, str(told), name)

    crew.end_all(tell=lambda _: None)

    assert told.read_text().split() == ["web", "worker", "redis", "postgres"]


def test_kills_what_does_not_end_and_what_it_started(crew: Crew) -> None:
    pid = start(crew, "deaf", WILL_NOT_END, stop=((signal.SIGTERM, 0.2), (signal.SIGKILL, 5)))
    started = descendants(pid) | {pid}

    crew.end_all(tell=lambda _: None)

    assert len(started) == 2
    assert soon(lambda: alive(started) == set())


def test_says_who_ended_by_itself_and_what_the_log_says(crew: Crew, tmp_path: Path) -> None:
    start(crew, "web", TELLS_ITS_END, "", "")
    pid = start(crew, "worker", "print('ready', flush=True); raise SystemExit('no queue here')")
    assert soon(lambda: alive({pid}) == set())

    with pytest.raises(Trouble) as trouble:
        crew.require_everybody()

    assert str(trouble.value) == (
        "worker ended by itself (exit 1), so everything is stopped. "
        f"Its log: {tmp_path}/worker.log\n    ready\n    no queue here"
    )


def test_says_which_signal_ended_a_child(crew: Crew) -> None:
    pid = start(crew, "web", "import os; print('ready', flush=True); os.kill(os.getpid(), 9)")
    assert soon(lambda: alive({pid}) == set())

    with pytest.raises(Trouble, match=r"^web ended by itself \(killed by SIGKILL\)"):
        crew.require_everybody()


def test_a_failing_job_is_told_with_the_end_of_its_log(crew: Crew) -> None:
    job = Program(
        name="migrate",
        argv=[sys.executable, "-c", "raise SystemExit('table is locked')"],
        folder=Path("/"),
    )

    with pytest.raises(Trouble, match=r"^migrate failed \(exit 1\)[^\n]*\n    table is locked$"):
        crew.finish(job)


def test_a_job_is_not_missed_once_it_is_done(crew: Crew) -> None:
    crew.finish(Program(name="migrate", argv=[sys.executable, "-c", ""], folder=Path("/")))

    crew.require_everybody()


def test_a_program_that_does_not_exist_is_named(crew: Crew) -> None:
    with pytest.raises(Trouble, match=r"^web can't be started: .*No such file"):
        crew.start(Program(name="web", argv=["/no/such/program"], folder=Path("/")))


def test_keeps_the_log_of_the_run_before(crew: Crew, tmp_path: Path) -> None:
    for text in ("first", "second", "third"):
        code = f"print({text!r})"
        crew.finish(Program(name="seed", argv=[sys.executable, "-c", code], folder=Path("/")))

    assert (tmp_path / "seed.log").read_text() == "third\n"
    assert (tmp_path / "seed.log.1").read_text() == "second\n"


def test_the_terminal_shows_warnings_of_a_log_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "web.log"
    log.write_text("[INFO] started\n[WARNING] slow\n[ERR")
    tail = Tail("web", log, everything=False)

    tail.show_new()
    with log.open("a") as more:
        more.write("OR] broken\n[INFO] WARNINGS are off\n")
    tail.show_new()
    tail.show_new()

    assert capsys.readouterr().err == "web     | [WARNING] slow\nweb     | [ERROR] broken\n"


def test_the_terminal_shows_all_of_a_log_that_is_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "web.log"
    log.write_text("[INFO] started\n\n[INFO] reloaded\n")

    Tail("web", log, everything=True).show_new()

    assert capsys.readouterr().err == "web     | [INFO] started\nweb     | [INFO] reloaded\n"
