import io

import pytest
from django.core.management.base import OutputWrapper

from shopflow.management import progress
from shopflow.management.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _draws_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "BETWEEN", 0)


def test_draws_how_much_is_done() -> None:
    terminal = Terminal()

    Progress(OutputWrapper(terminal)).tell("Writing", 1500, 4000)

    bar = "█" * 11 + "░" * 19
    assert terminal.getvalue() == f"\r\x1b[KWriting  {bar}  1,500 of 4,000"


def test_draws_a_number_where_nobody_knows_the_end() -> None:
    terminal = Terminal()

    Progress(OutputWrapper(terminal)).tell("Reading", 1500)

    assert terminal.getvalue() == "\r\x1b[KReading  1,500"


def test_takes_the_line_away() -> None:
    terminal = Terminal()

    Progress(OutputWrapper(terminal)).clear()

    assert terminal.getvalue() == "\r\x1b[K"


def test_writes_nothing_into_a_log() -> None:
    log = io.StringIO()
    quiet = Progress(OutputWrapper(log))

    quiet.tell("Writing", 4000, 4000)
    quiet.clear()

    assert log.getvalue() == ""


def test_draws_the_end_however_soon_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "BETWEEN", 3600)
    terminal = Terminal()
    quick = Progress(OutputWrapper(terminal))

    for done in range(1, 31):
        quick.tell("Writing", done, 30)

    assert terminal.getvalue().count("Writing") == 2
    assert terminal.getvalue().endswith("30 of 30")
