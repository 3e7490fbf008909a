import logging
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.utils import timezone

from accounts import commands
from accounts.errors import UserNotFound
from accounts.models import PasswordReset, User, UserSession, VerificationToken
from shopflow.lib.ids import new_id
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def user(db: None) -> User:
    """Somebody with a device that stays signed in and two mailed links on the way."""
    user = commands.create_customer(email="ada@example.com", password=PASSWORD)
    later = timezone.now() + timedelta(days=1)
    UserSession.objects.create(
        user=user, refresh_token_hash="a" * 64, family=new_id(), expires_at=later
    )
    PasswordReset.objects.create(user=user, token_hash="b" * 64, expires_at=later)
    VerificationToken.objects.create(
        user=user, token_hash="c" * 64, email=user.email, expires_at=later
    )
    return user


@ledger("S1-93", "C-12")
def test_keeps_the_person_but_lets_nobody_in(user: User) -> None:
    let_in = authenticate(email="ada@example.com", password=PASSWORD)

    commands.close_account(user_id=user.pk, by=None)

    user.refresh_from_db()
    assert let_in == user
    assert user.deleted_at is not None
    assert not user.is_active
    assert not user.has_usable_password()
    assert authenticate(email="ada@example.com", password=PASSWORD) is None


@ledger("S1-96", "S1-97")
def test_signs_out_everywhere(user: User) -> None:
    browser = Client()
    browser.force_login(user)

    commands.close_account(user_id=user.pk, by=None)

    assert browser.get("/").wsgi_request.user.is_anonymous
    for rows in (UserSession, PasswordReset, VerificationToken):
        assert not rows.objects.exists()


def test_a_browser_stays_signed_out_when_the_account_is_opened_again(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    commands.close_account(user_id=user.pk, by=None)

    User.objects.filter(pk=user.pk).update(is_active=True, deleted_at=None)

    assert browser.get("/").wsgi_request.user.is_anonymous


def test_leaves_everybody_else_alone(user: User) -> None:
    other = factories.UserFactory.create()
    browser = Client()
    browser.force_login(other)

    commands.close_account(user_id=user.pk, by=None)

    assert browser.get("/").wsgi_request.user == other
    assert User.objects.get(pk=other.pk).deleted_at is None


def test_frees_the_email(user: User) -> None:
    commands.close_account(user_id=user.pk, by=None)

    again = commands.create_customer(email="Ada@example.com", password=PASSWORD)

    assert again.pk != user.pk
    assert User.objects.get_by_natural_key("ada@example.com") == again


@pytest.mark.parametrize("role", [Role.APP, Role.WORKER, Role.ADMIN])
def test_pages_workers_and_staff_may_do_it(user: User, role: Role) -> None:
    with acting_as(user.pk, role=role):
        closed = commands.close_account(user_id=user.pk, by=None)

    assert closed.deleted_at is not None


def test_says_who_did_it(user: User, caplog: pytest.LogCaptureFixture) -> None:
    staff = factories.UserFactory.create()

    with caplog.at_level(logging.INFO, logger="accounts.commands"):
        commands.close_account(user_id=user.pk, by=staff.pk)

    assert caplog.messages == [f"account {user.pk} closed by {staff.pk}"]


def test_is_safe_to_repeat(user: User) -> None:
    commands.close_account(user_id=user.pk, by=None)
    before = books()

    commands.close_account(user_id=user.pk, by=None)

    assert books() == before


def test_says_that_there_is_nobody() -> None:
    with pytest.raises(UserNotFound):
        commands.close_account(user_id=new_id(), by=None)
