from datetime import timedelta

import pytest
import redis
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import commands
from accounts.errors import LinkInvalid
from accounts.models import User, VerificationToken
from accounts.queries import live_sign_ins
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, PASSWORD, registered, shopper, token_of
from tests.books import books
from tests.doorbell import rung
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
NEW = "new@example.com"


@pytest.fixture
def user(db: None) -> User:
    """Somebody who asked for another address."""
    user = shopper()
    commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email=NEW)
    return user


def refused(token: str) -> None:
    before = books()
    with pytest.raises(LinkInvalid):
        commands.confirm_email_change(token=token)
    assert books() == before


@ledger("S2-19")
def test_changes_the_address_and_tells_the_old_one(user: User) -> None:
    changed = commands.confirm_email_change(token=token_of("accounts/email_changing"))

    user.refresh_from_db()
    assert changed == user
    assert (user.email, user.email_verified) == (NEW, True)
    assert (letters()[-1].kind, letters()[-1].to) == ("accounts/email_changed", EMAIL)
    assert letters()[-1].facts == {}


def test_signs_out_every_browser_and_every_device_but_the_one_that_asks(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    here = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    commands.sign_in(user_id=user.pk, device="Tablet", ip=None)

    commands.confirm_email_change(token=token_of("accounts/email_changing"), keep=here.family)

    assert browser.get("/account/").status_code == 302
    assert [row.family for row in live_sign_ins(user.pk)] == [here.family]


def test_keeps_no_sign_in_of_somebody_else(user: User) -> None:
    eve = shopper("eve@example.com")
    hers = commands.sign_in(user_id=eve.pk, device="Phone", ip=None)
    commands.sign_in(user_id=user.pk, device="Tablet", ip=None)

    commands.confirm_email_change(token=token_of("accounts/email_changing"), keep=hers.family)

    assert live_sign_ins(user.pk) == []
    assert len(live_sign_ins(eve.pk)) == 1


def test_a_link_works_once_and_ends_all_others(user: User) -> None:
    first = token_of("accounts/email_changing")
    commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email="other@example.com")
    commands.ask_for_reset(email=EMAIL)
    commands.confirm_email_change(token=first)

    assert not VerificationToken.objects.exists()
    refused(first)
    refused(token_of("accounts/email_changing"))
    with pytest.raises(LinkInvalid):
        commands.reset_password(token=token_of("accounts/reset"), password="a thief's password")


def test_refuses_an_address_that_has_an_account_meanwhile(user: User) -> None:
    shopper(NEW)

    refused(token_of("accounts/email_changing"))


def test_refuses_a_link_past_a_day(user: User) -> None:
    now = timezone.now()
    VerificationToken.objects.update(created_at=now - timedelta(days=1), expires_at=now)

    refused(token_of("accounts/email_changing"))


@pytest.mark.parametrize(
    "token", ["", "x" * 10_000, "\0", "neverSent-neverSent-neverSent-neverSent-43ch"]
)
def test_refuses_what_was_never_sent(user: User, token: str) -> None:
    refused(token)


def test_refuses_links_of_other_purposes() -> None:
    registered()
    commands.ask_for_reset(email=EMAIL)

    refused(token_of("accounts/verify"))
    refused(token_of("accounts/reset"))


def test_a_worker_hears_of_it(
    user: User,
    queue: "redis.Redis",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        commands.confirm_email_change(token=token_of("accounts/email_changing"))

    assert ("orders.tasks.claim_orders", f"('{user.pk}',)") in rung(queue)


def test_pages_may_do_it(user: User) -> None:
    with acting_as(None, role=Role.APP):
        commands.confirm_email_change(token=token_of("accounts/email_changing"))

    assert User.objects.get().email == NEW
