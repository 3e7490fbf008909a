import pytest

from accounts import commands
from accounts.commands import passwords
from accounts.errors import PasswordRefused, PasswordWrong, UserNotFound
from accounts.models import User
from accounts.queries import live_sign_ins
from shopflow.lib.ids import new_id
from shopflow.lib.limits import TooManyTries
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, PASSWORD, shopper
from tests.books import books

pytestmark = pytest.mark.django_db
NEW = "a new battery for the horse"


@pytest.fixture
def user(db: None) -> User:
    return shopper()


def test_sets_the_password_and_tells_its_owner(user: User) -> None:
    commands.change_password(user_id=user.pk, old=PASSWORD, new=NEW)

    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.check_password(PASSWORD)
    assert [(one.kind, one.to) for one in letters()] == [("accounts/password_changed", EMAIL)]


def test_signs_out_every_device_but_the_one_that_asks(user: User) -> None:
    here = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    commands.sign_in(user_id=user.pk, device="Tablet", ip=None)

    commands.change_password(user_id=user.pk, old=PASSWORD, new=NEW, keep=here.family)

    assert [row.family for row in live_sign_ins(user.pk)] == [here.family]


@pytest.mark.parametrize("old", ["", "wrong", PASSWORD.upper(), f"{PASSWORD}\0", "x" * 1001])
def test_refuses_without_the_old_password(user: User, old: str) -> None:
    before = books()

    with pytest.raises(PasswordWrong) as refused:
        commands.change_password(user_id=user.pk, old=old, new=NEW)

    assert (refused.value.code, refused.value.status) == ("password_wrong", 400)
    assert books() == before


def test_refuses_a_weak_one(user: User) -> None:
    before = books()

    with pytest.raises(PasswordRefused):
        commands.change_password(user_id=user.pk, old=PASSWORD, new="password123")

    assert books() == before


def test_refuses_when_it_was_changed_meanwhile(user: User) -> None:
    with pytest.raises(PasswordWrong):
        passwords._change(user.pk, "the hash of before", NEW, None)

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_guesses_are_counted(user: User) -> None:
    for _ in range(10):
        with pytest.raises(PasswordWrong):
            commands.change_password(user_id=user.pk, old="wrong", new=NEW)

    with pytest.raises(TooManyTries):
        commands.change_password(user_id=user.pk, old=PASSWORD, new=NEW)

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_says_that_there_is_nobody() -> None:
    with pytest.raises(UserNotFound):
        commands.change_password(user_id=new_id(), old=PASSWORD, new=NEW)


def test_pages_may_do_it(user: User) -> None:
    with acting_as(user.pk, role=Role.APP):
        commands.change_password(user_id=user.pk, old=PASSWORD, new=NEW)

    user.refresh_from_db()
    assert user.check_password(NEW)
