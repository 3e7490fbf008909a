import io
import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ErasureLog, User
from tests.privacy.marks import Marked, meet
from tests.rules.rows import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> Marked:
    return meet("ada")


def run(*words: str) -> str:
    output = io.StringIO()
    call_command(*words, stdout=output)
    return output.getvalue()


def test_export_prints_one_document(ada: Marked) -> None:
    document = json.loads(run("export_user", ada.email.upper()))

    assert document["user_id"] == str(ada.user_id)


def test_export_writes_a_file_nobody_else_reads(ada: Marked, tmp_path: Path) -> None:
    file = tmp_path / "ada.json"

    assert run("export_user", str(ada.user_id), "--to", str(file)) == f"Written to {file}\n"

    assert json.loads(file.read_text())["user_id"] == str(ada.user_id)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_export_writes_over_no_file(ada: Marked, tmp_path: Path) -> None:
    file = tmp_path / "ada.json"
    file.write_text("mine")

    with pytest.raises(CommandError, match="File exists"):
        run("export_user", ada.email, "--to", str(file))

    assert file.read_text() == "mine"


@pytest.mark.parametrize("command", ["export_user", "erase_user"])
@pytest.mark.parametrize(
    "named", ["nobody@example.com", "", "x\0y", "01890000-0000-7000-8000-000000000000"]
)
def test_of_nobody_says_so(ada: Marked, command: str, named: str) -> None:
    with pytest.raises(CommandError, match="There is no such account"):
        run(command, named)

    assert not ErasureLog.objects.exists()


def test_erase_counts_what_it_did(ada: Marked) -> None:
    output = run("erase_user", ada.email)

    assert "        1  users\n" in output
    assert output.endswith(f"Erased: {ada.user_id}\n")
    assert User.objects.get(pk=ada.user_id).first_name == ""


def test_erase_says_what_stands_in_the_way(ada: Marked) -> None:
    row("orders", user_id=ada.user_id)

    with pytest.raises(CommandError, match="isn't finished yet"):
        run("erase_user", ada.email)

    assert User.objects.get(pk=ada.user_id).email == ada.email
