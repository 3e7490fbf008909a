import pytest

from accounts import commands
from accounts.errors import EmailInvalid, EmailUnchanged, PasswordWrong
from accounts.models import User, VerificationToken
from shopflow.lib.limits import TooManyTries
from shopflow.lib.roles import Role
from shopflow.lib.secrets import digest
from shopflow.lib.transactions import acting_as
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, PASSWORD, shopper
from tests.books import books

pytestmark = pytest.mark.django_db
NEW = "new@example.com"


@pytest.fixture
def user(db: None) -> User:
    return shopper()


def test_mails_a_link_to_the_new_address(user: User) -> None:
    commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email=" New@Example.com")

    [letter] = letters()
    assert (letter.kind, letter.to, letter.facts["hours"]) == ("accounts/email_changing", NEW, 24)
    kept = VerificationToken.objects.get()
    assert (kept.purpose, kept.email) == ("email_change", NEW)
    assert kept.token_hash == digest(letter.facts["token"])
    user.refresh_from_db()
    assert user.email == EMAIL


def test_tells_the_owner_of_a_known_address(user: User) -> None:
    shopper(NEW)

    commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email=NEW)

    assert [(one.kind, one.to, one.facts) for one in letters()] == [("accounts/known", NEW, {})]
    assert not VerificationToken.objects.exists()


def test_refuses_without_the_password(user: User) -> None:
    before = books()

    with pytest.raises(PasswordWrong):
        commands.ask_for_email_change(user_id=user.pk, password="wrong", email=NEW)

    assert books() == before


@pytest.mark.parametrize("email", ["", "new", "new\0@example.com", f"{'n' * 250}@example.com"])
def test_refuses_what_is_no_address(user: User, email: str) -> None:
    with pytest.raises(EmailInvalid):
        commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email=email)

    assert letters() == []


def test_refuses_the_address_there_is(user: User) -> None:
    with pytest.raises(EmailUnchanged):
        commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email="ADA@example.com")

    assert letters() == []


def test_nobody_is_mailed_without_end(user: User) -> None:
    for _ in range(5):
        commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email=NEW)

    with pytest.raises(TooManyTries):
        commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email=NEW)

    assert len(letters()) == 5


def test_pages_may_do_it(user: User) -> None:
    with acting_as(user.pk, role=Role.APP):
        commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email=NEW)

    assert VerificationToken.objects.count() == 1
