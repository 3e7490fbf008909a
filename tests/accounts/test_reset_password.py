from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import commands
from accounts.commands.links import reset_link
from accounts.errors import LinkInvalid, PasswordRefused
from accounts.models import PasswordReset, User, VerificationToken
from accounts.queries import live_sign_ins
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, PASSWORD, registered, shopper, token_of
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
NEW = "a new battery for the horse"


@pytest.fixture
def user(db: None) -> User:
    """Somebody who asked for a link."""
    user = shopper()
    commands.ask_for_reset(email=EMAIL)
    return user


def refused(token: str, password: str = NEW) -> None:
    before = books()
    with pytest.raises(LinkInvalid):
        commands.reset_password(token=token, password=password)
    assert books() == before


def test_sets_the_password_and_tells_its_owner(user: User) -> None:
    changed = commands.reset_password(token=token_of("accounts/reset"), password=NEW)

    user.refresh_from_db()
    assert changed == user
    assert user.check_password(NEW)
    assert not user.check_password(PASSWORD)
    assert (letters()[-1].kind, letters()[-1].to) == ("accounts/password_changed", EMAIL)


@ledger("S1-97")
def test_a_link_works_once_and_ends_all_others(user: User) -> None:
    first = token_of("accounts/reset")
    commands.ask_for_reset(email=EMAIL)
    commands.reset_password(token=token_of("accounts/reset"), password=NEW)

    assert not PasswordReset.objects.exists()
    refused(first, "a password of a thief")
    assert User.objects.get().check_password(NEW)


def test_signs_out_every_browser_and_device(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    commands.sign_in(user_id=user.pk, device="Phone", ip=None)

    commands.reset_password(token=token_of("accounts/reset"), password=NEW)

    assert browser.get("/account/").status_code == 302
    assert live_sign_ins(user.pk) == []


def test_refuses_a_link_made_under_another_password(user: User) -> None:
    user.set_password("changed by other means")
    user.save()

    refused(token_of("accounts/reset"))


def test_refuses_a_link_made_under_another_address(user: User) -> None:
    User.objects.update(email="moved@example.com")

    refused(token_of("accounts/reset"))


def test_a_changed_password_ends_links(user: User) -> None:
    commands.change_password(user_id=user.pk, old=PASSWORD, new=NEW)

    refused(token_of("accounts/reset"), "a password of a thief")


def test_refuses_a_link_past_half_an_hour(user: User) -> None:
    now = timezone.now()
    PasswordReset.objects.update(created_at=now - timedelta(minutes=30), expires_at=now)

    refused(token_of("accounts/reset"))


@pytest.mark.parametrize(
    "token", ["", "x" * 10_000, "ü", "\0", "neverSent-neverSent-neverSent-neverSent-43ch"]
)
def test_refuses_what_was_never_sent(user: User, token: str) -> None:
    refused(token)


def test_refuses_links_of_other_purposes(user: User) -> None:
    commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email="new@example.com")

    refused(token_of("accounts/email_changing"))


def test_a_link_opens_no_account_but_its_own(user: User) -> None:
    other = shopper("eve@example.com")

    commands.reset_password(token=token_of("accounts/reset"), password=NEW)

    other.refresh_from_db()
    assert other.check_password(PASSWORD)


def test_refuses_the_link_of_a_deactivated_account(user: User) -> None:
    User.objects.update(is_active=False)

    refused(token_of("accounts/reset"))


def test_a_weak_password_leaves_the_link_as_it_is(user: User) -> None:
    token = token_of("accounts/reset")
    before = books()

    with pytest.raises(PasswordRefused):
        commands.reset_password(token=token, password="password123")

    assert books() == before
    commands.reset_password(token=token, password=NEW)


def test_ends_a_change_of_address_that_is_under_way(user: User) -> None:
    """A thief who asked for it before would otherwise still get the account."""
    commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email="thief@example.com")

    commands.reset_password(token=token_of("accounts/reset"), password=NEW)

    with pytest.raises(LinkInvalid):
        commands.confirm_email_change(token=token_of("accounts/email_changing"))
    assert User.objects.get().email == EMAIL


def test_verifies_no_address() -> None:
    registered()
    commands.ask_for_reset(email=EMAIL)

    commands.reset_password(token=token_of("accounts/reset"), password=NEW)

    assert not User.objects.get().email_verified
    # The link that does stays.
    assert VerificationToken.objects.count() == 1


def test_an_invitation_verifies_the_address_it_went_to() -> None:
    user = registered()
    token = reset_link(user, purpose="invitation", life=timedelta(days=3))

    commands.reset_password(token=token, password=NEW)

    assert User.objects.get().email_verified


def test_pages_may_do_it(user: User) -> None:
    with acting_as(None, role=Role.APP):
        commands.reset_password(token=token_of("accounts/reset"), password=NEW)

    assert User.objects.get().check_password(NEW)
