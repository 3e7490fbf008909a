import builtins
import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import commands as accounts
from accounts.models import RecoveryCode, TotpDevice, User
from shopflow.management.commands import create_owner
from tests.ledger import ledger

pytestmark = pytest.mark.django_db

PASSWORD = "a kettle on the hob"


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@ledger("S4-16")
def test_makes_somebody_who_may_do_everything() -> None:
    output = run("--email", " Olive@Example.com ")

    owner = User.objects.get()
    assert output.startswith("olive@example.com may do everything now. Sign in at /admin/.\n")
    assert (owner.email, owner.role, owner.is_superuser) == ("olive@example.com", "admin", True)
    assert owner.check_password(PASSWORD)


def test_shows_the_second_factor_once(client: Client) -> None:
    output = run("--email", "olive@example.com")

    device = TotpDevice.objects.get()
    lines = output.splitlines()
    assert device.uri in lines
    assert sum(line.startswith("█") for line in lines) > 20
    codes = [line.strip() for line in lines if line.startswith("  ")]
    assert len(codes) == RecoveryCode.objects.count() == 10
    client.post("/accounts/login/", {"username": "olive@example.com", "password": PASSWORD})
    client.post("/accounts/code/", {"code": codes[0]})
    assert client.get("/admin/").status_code == 200


def test_asks_for_email_and_twice_for_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    on_a_terminal(monkeypatch, asked, email="olive@example.com", passwords=[PASSWORD, PASSWORD])

    run()

    assert asked == ["E-mail: ", "Password: ", "The same again: "]
    assert User.objects.get().check_password(PASSWORD)


def test_refuses_two_passwords_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, [], email="olive@example.com", passwords=[PASSWORD, "another one"])

    with pytest.raises(CommandError, match="The two passwords differ"):
        run()

    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too short"),
        ("qwertyuiop", "too common"),
        ("olive@example.com", "too similar"),
        ("", "too short"),
    ],
)
def test_refuses_a_weak_password(
    password: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))

    with pytest.raises(CommandError, match=reason):
        run("--email", "olive@example.com")

    assert not User.objects.exists()


@pytest.mark.parametrize("email", ["olive", "olive@", "@example.com"])
def test_refuses_what_is_no_email(email: str) -> None:
    with pytest.raises(CommandError, match="valid email address"):
        run("--email", email)

    assert not User.objects.exists()


def test_refuses_when_there_is_an_owner() -> None:
    run("--email", "olive@example.com")

    with pytest.raises(CommandError, match=r"has an owner: olive@example\.com"):
        run("--email", "oscar@example.com")

    assert User.objects.count() == 1


def test_makes_another_when_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    run("--email", "olive@example.com")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))

    run("--email", "oscar@example.com", "--another")

    assert User.objects.filter(role="admin").count() == 2


def test_counts_no_owner_who_left() -> None:
    left = accounts.create_staff(email="past@example.com", password=PASSWORD, role="admin")
    User.objects.filter(pk=left.pk).update(is_active=False)

    run("--email", "olive@example.com")

    assert User.objects.filter(is_active=True).get().email == "olive@example.com"


def test_refuses_the_email_of_a_shopper() -> None:
    accounts.create_customer(email="olive@example.com", password=PASSWORD)

    with pytest.raises(CommandError, match="an account with this e-mail already"):
        run("--email", "olive@example.com")

    assert User.objects.get().role == "customer"


def test_says_so_when_nobody_answers() -> None:
    sys.stdin.read()

    with pytest.raises(CommandError, match="E-mail or password is missing"):
        run()

    assert not User.objects.exists()


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("create_owner", *arguments, stdout=output)
    return output.getvalue()


def on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, asked: list[str], *, email: str, passwords: list[str]
) -> None:
    def answer(question: str, answers: list[str]) -> str:
        asked.append(question)
        return answers.pop(0)

    emails = [email]
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(builtins, "input", lambda question: answer(question, emails))
    monkeypatch.setattr(create_owner, "getpass", lambda question: answer(question, passwords))
