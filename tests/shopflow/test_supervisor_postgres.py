"""Which PostgreSQL `manage.py up` runs."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shopflow.supervisor.binaries import postgres_folder
from shopflow.supervisor.trouble import Trouble
from tests.shopflow.supervising import Supervisor


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="shopflow-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_runs_another_postgresql_when_one_is_named(folder: Path) -> None:
    programs = folder / "bin"
    programs.symlink_to(postgres_folder() / "bin")
    supervisor = Supervisor(folder / "state", POSTGRES_BIN=str(programs))

    done = supervisor.run("--throwaway", "--exec", "sh", "-c", "command -v psql")
    supervisor.clean_up()

    assert (done.returncode, done.stdout) == (0, f"{programs}/psql\n")


def test_says_when_there_is_none(folder: Path) -> None:
    supervisor = Supervisor(folder / "state", POSTGRES_BIN=str(folder))

    done = supervisor.run("--throwaway", "--exec", "true")
    supervisor.clean_up()

    assert done.returncode == 1
    assert f"There is no program postgres in POSTGRES_BIN={folder}." in done.stderr


def test_the_folder_is_the_one_above_its_programs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bin").mkdir()
    monkeypatch.setenv("POSTGRES_BIN", str(folder / "bin"))

    with pytest.raises(Trouble):
        postgres_folder()
    (folder / "bin" / "postgres").touch()

    assert postgres_folder() == folder
