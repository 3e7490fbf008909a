from datetime import timedelta

import pytest
import redis
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import commands
from accounts.errors import LinkInvalid
from accounts.models import User, VerificationToken
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.accounts.links import PASSWORD, registered, shopper, token_of
from tests.books import books
from tests.doorbell import rung

pytestmark = pytest.mark.django_db


def test_notes_that_the_address_is_proved() -> None:
    user = registered()

    verified = commands.verify_email(token=token_of("accounts/verify"))

    assert verified == user
    assert User.objects.get().email_verified


def test_a_link_works_once_and_is_gone() -> None:
    registered()
    token = token_of("accounts/verify")
    commands.verify_email(token=token)
    assert not VerificationToken.objects.exists()
    before = books()

    with pytest.raises(LinkInvalid) as refused:
        commands.verify_email(token=token)

    assert (refused.value.code, refused.value.status) == ("link_invalid", 400)
    assert books() == before


def test_the_first_link_still_works_after_a_second_was_sent() -> None:
    user = registered()
    first = token_of("accounts/verify")
    commands.resend_verification(email=user.email)

    commands.verify_email(token=first)

    assert User.objects.get().email_verified
    assert not VerificationToken.objects.exists()


@pytest.mark.parametrize(
    "token", ["", "x", "x" * 10_000, "ü", "\0", "neverSent-neverSent-neverSent-neverSent-43ch"]
)
def test_refuses_what_was_never_sent(token: str) -> None:
    registered()

    with pytest.raises(LinkInvalid):
        commands.verify_email(token=token)

    assert not User.objects.get().email_verified


def test_refuses_a_link_past_three_days() -> None:
    registered()
    VerificationToken.objects.update(
        created_at=timezone.now() - timedelta(days=3), expires_at=timezone.now()
    )

    with pytest.raises(LinkInvalid):
        commands.verify_email(token=token_of("accounts/verify"))

    assert not User.objects.get().email_verified


def test_refuses_a_link_for_another_address() -> None:
    user = registered()
    User.objects.update(email="eve@example.com")

    with pytest.raises(LinkInvalid):
        commands.verify_email(token=token_of("accounts/verify"))

    user.refresh_from_db()
    assert not user.email_verified


def test_refuses_links_of_other_purposes() -> None:
    user = shopper()
    User.objects.update(email_verified=False)
    commands.ask_for_email_change(user_id=user.pk, password=PASSWORD, email="new@example.com")
    commands.ask_for_reset(email=user.email)

    for kind in ("accounts/email_changing", "accounts/reset"):
        with pytest.raises(LinkInvalid):
            commands.verify_email(token=token_of(kind))

    assert not User.objects.get().email_verified


def test_refuses_the_link_of_a_closed_account() -> None:
    user = registered()
    token = token_of("accounts/verify")
    User.objects.filter(pk=user.pk).update(is_active=False)

    with pytest.raises(LinkInvalid):
        commands.verify_email(token=token)

    assert not User.objects.get().email_verified


def test_a_worker_hears_of_it(
    queue: "redis.Redis", django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    user = registered()
    with django_capture_on_commit_callbacks(execute=True):
        commands.verify_email(token=token_of("accounts/verify"))

    assert rung(queue) == [("orders.tasks.claim_orders", f"('{user.pk}',)")]


def test_pages_may_do_it() -> None:
    registered()

    with acting_as(None, role=Role.APP):
        commands.verify_email(token=token_of("accounts/verify"))

    assert User.objects.get().email_verified
