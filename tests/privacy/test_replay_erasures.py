"""A restored backup knows everybody who was erased after it was made."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import ErasureLog, User
from shopflow.lib.ids import new_id
from shopflow.lib.models import OutboxMessage
from shopflow.privacy import commands
from shopflow.privacy.columns import GOES_BY_ITSELF, KEPT_BY_LAW
from tests.databases import address
from tests.privacy.dumps import dumped
from tests.privacy.marks import Marked, meet
from tests.rules.rows import row
from tests.schema.test_dump_and_restore import RESTORED, inside, run

pytestmark = pytest.mark.django_db
BY_LAW = {(table, column) for table, columns in KEPT_BY_LAW.items() for column in columns}


def replayed(*options: str) -> tuple[str, str]:
    output, errors = io.StringIO(), io.StringIO()
    call_command("replay_erasures", *options, stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


def copy_of(person: Marked, file: Path) -> Path:
    """The line that was kept elsewhere when the person was erased."""
    file.write_text(
        f'{{"user_id": "{person.user_id}", "requested_by": null,'
        ' "requested_at": "2026-11-01T10:00:00+00:00"}\n'
    )
    return file


@pytest.mark.usefixtures("own_database")
@pytest.mark.django_db(transaction=True)
def test_erases_again_whom_a_backup_brought_back(tmp_path: Path) -> None:
    ada, bob = meet("ada"), meet("bob")
    backup, file = tmp_path / "shopflow.dump", tmp_path / "erasures.jsonl"
    run("pg_dump", "--format=custom", f"--file={backup}", str(address()["dbname"]))
    commands.erase_user(user_id=ada.user_id)
    file.write_text(replayed("--list")[0])
    run("createdb", RESTORED)
    run("pg_restore", f"--dbname={RESTORED}", "--exit-on-error", str(backup))

    with inside(RESTORED):
        assert ada.found_in(dumped()) == set(ada.marks)
        output, errors = replayed("--from", str(file))
        after = dumped()

    left = {where for where in ada.found_in(after) if where[0] not in GOES_BY_ITSELF}
    assert left == BY_LAW
    assert bob.found_in(after) == set(bob.marks)
    assert output.startswith("1 erasures replayed: ")
    assert errors == ""


def test_writes_the_missing_row_of_the_log_once(tmp_path: Path) -> None:
    ada = meet("ada")
    file = copy_of(ada, tmp_path / "erasures.jsonl")

    replayed("--from", str(file))
    again, _ = replayed("--from", str(file))

    log = ErasureLog.objects.get()
    assert (log.user_id, log.requested_at.isoformat()) == (ada.user_id, "2026-11-01T10:00:00+00:00")
    assert again == "1 erasures replayed: 0 rows changed, 0 accounts unknown\n"
    assert not OutboxMessage.objects.exists()


def test_replays_what_the_log_itself_knows() -> None:
    ada = meet("ada")
    commands.erase_user(user_id=ada.user_id)
    User.objects.filter(pk=ada.user_id).update(first_name="Ada")

    output, _ = replayed()

    assert output == "1 erasures replayed: 1 rows changed, 0 accounts unknown\n"
    assert User.objects.get(pk=ada.user_id).first_name == ""
    assert ErasureLog.objects.count() == 1


def test_isnt_stopped_by_orders_that_are_open_again(tmp_path: Path) -> None:
    ada = meet("ada")
    row("orders", user_id=ada.user_id)

    replayed("--from", str(copy_of(ada, tmp_path / "erasures.jsonl")))

    assert User.objects.get(pk=ada.user_id).email == f"erased-{ada.user_id}@invalid"


def test_names_who_isnt_there(tmp_path: Path) -> None:
    nobody = Marked("nobody")
    nobody.user_id = new_id()

    output, errors = replayed("--from", str(copy_of(nobody, tmp_path / "erasures.jsonl")))

    assert output == "1 erasures replayed: 0 rows changed, 1 accounts unknown\n"
    assert errors == f"{nobody.user_id} isn't in this database\n"
    assert not ErasureLog.objects.exists()


def test_prints_lines_that_it_reads_again(tmp_path: Path) -> None:
    ada = meet("ada")
    done = commands.erase_user(user_id=ada.user_id)
    file = tmp_path / "erasures.jsonl"

    lines, _ = replayed("--list")
    file.write_text(lines)
    output, _ = replayed("--from", str(file))

    assert len(lines.splitlines()) == 1
    assert str(done.user_id) in lines
    assert output == "1 erasures replayed: 0 rows changed, 0 accounts unknown\n"


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '"text"',
        "{}",
        '{"user_id": "7", "requested_by": null, "requested_at": "2026-11-01T10:00:00+00:00"}',
        '{"user_id": null, "requested_by": null, "requested_at": "2026-11-01T10:00:00+00:00"}',
        '{"user_id": "01a1ff70-8817-7212-a249-50d2a24b8285", "requested_by": null,'
        ' "requested_at": "2026-11-01T10:00:00"}',
    ],
)
def test_refuses_a_file_with_a_bad_line_and_erases_nobody(tmp_path: Path, line: str) -> None:
    ada = meet("ada")
    file = copy_of(ada, tmp_path / "erasures.jsonl")
    file.write_text(f"{file.read_text()}\n{line}\n")

    with pytest.raises(CommandError, match=r"Line 3 is no erasure"):
        replayed("--from", str(file))

    assert User.objects.get(pk=ada.user_id).email == ada.email


def test_refuses_a_file_that_isnt_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        replayed("--from", str(tmp_path / "nothing.jsonl"))


def test_takes_either_the_list_or_a_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        replayed("--list", f"--from={tmp_path}")
    assert connection.is_usable()
