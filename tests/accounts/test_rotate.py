from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as the_shops
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from accounts import commands
from accounts.commands import SignIn
from accounts.errors import SignInOver
from accounts.models import User, UserSession
from accounts.queries import revoked_key
from shopflow.lib.models import AuditLog
from shopflow.lib.secrets import digest
from tests import factories
from tests.accounts.letters import letters
from tests.books import books

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create(email="ada@example.com")


@pytest.fixture
def phone(user: User) -> SignIn:
    return commands.sign_in(user_id=user.pk, device="Phone", ip="192.0.2.7")


def rotated(token: str) -> SignIn:
    return commands.rotate(refresh_token=token, ip="192.0.2.8")


def row_of(signed_in: SignIn) -> UserSession:
    return UserSession.objects.get(refresh_token_hash=digest(signed_in.refresh_token))


def let_pass(signed_in: SignIn, **passed: Any) -> None:
    """Move the moments of a row back."""
    row = row_of(signed_in)
    for name, time in passed.items():
        setattr(row, name, getattr(row, name) - time)
    row.save()


def refused(token: str) -> None:
    with pytest.raises(SignInOver) as refusal:
        rotated(token)
    assert (refusal.value.code, refusal.value.status) == ("sign_in_over", 401)


def is_revoked(signed_in: SignIn) -> bool:
    rows = UserSession.objects.filter(family=signed_in.family)
    [is_over] = {row.revoked_at is not None for row in rows}
    return is_over


def test_gives_a_child_for_the_token(user: User, phone: SignIn) -> None:
    child = rotated(phone.refresh_token)

    first, second = row_of(phone), row_of(child)
    assert first.used_at is not None
    assert (child.family, child.user_id) == (phone.family, user.pk)
    assert child.refresh_token != phone.refresh_token
    assert (second.parent, second.family, second.user) == (first, first.family, user)
    assert (second.device, second.ip) == ("Phone", "192.0.2.8")
    assert (second.used_at, second.revoked_at) == (None, None)
    assert second.signed_in_at == first.signed_in_at
    assert child.expires_at == second.expires_at


def test_goes_on_and_on(phone: SignIn) -> None:
    signed_in = phone
    for _ in range(5):
        signed_in = rotated(signed_in.refresh_token)

    assert UserSession.objects.filter(family=phone.family).count() == 6
    assert UserSession.objects.filter(used_at=None).get() == row_of(signed_in)


def test_lasts_thirty_days_unused(phone: SignIn) -> None:
    child = rotated(phone.refresh_token)

    assert abs(child.expires_at - timezone.now() - 30 * DAY) < timedelta(minutes=1)


def test_lasts_ninety_days_in_all(phone: SignIn) -> None:
    let_pass(phone, signed_in_at=80 * DAY)

    child = rotated(phone.refresh_token)

    assert child.expires_at == row_of(phone).signed_in_at + 90 * DAY
    assert row_of(rotated(child.refresh_token)).expires_at == child.expires_at


def test_gives_a_lost_answer_again(phone: SignIn) -> None:
    child = rotated(phone.refresh_token)
    before = books()

    assert rotated(phone.refresh_token) == child
    assert rotated(phone.refresh_token) == child

    assert books() == before
    assert rotated(child.refresh_token).family == phone.family


def test_gives_a_lost_answer_again_when_the_shops_key_has_changed(
    phone: SignIn, settings: Settings
) -> None:
    child = rotated(phone.refresh_token)

    settings.SECRET_KEY_FALLBACKS = [the_shops.SECRET_KEY]
    settings.SECRET_KEY = "another key of the shop, made for this test only"

    assert rotated(phone.refresh_token) == child


def test_revokes_all_when_a_used_token_comes_back_later(phone: SignIn) -> None:
    child = rotated(phone.refresh_token)
    let_pass(phone, used_at=timedelta(seconds=11))

    refused(phone.refresh_token)

    assert is_revoked(phone)
    refused(child.refresh_token)
    assert UserSession.objects.count() == 2
    assert cache.get(revoked_key(phone.family)) is None  # told after the commit only


def test_revokes_all_when_the_child_was_used_already(phone: SignIn) -> None:
    grandchild = rotated(rotated(phone.refresh_token).refresh_token)

    refused(phone.refresh_token)

    assert is_revoked(phone)
    refused(grandchild.refresh_token)


@pytest.mark.django_db(transaction=True)
def test_ends_the_session_in_the_cache_too(phone: SignIn) -> None:
    rotated(rotated(phone.refresh_token).refresh_token)

    refused(phone.refresh_token)

    assert cache.get(revoked_key(phone.family)) is True


def test_tells_the_user_and_the_audit_of_a_stolen_token(user: User, phone: SignIn) -> None:
    rotated(rotated(phone.refresh_token).refresh_token)

    refused(phone.refresh_token)

    [letter] = letters()
    entry = AuditLog.objects.exclude(action="login").get()
    assert (letter.kind, letter.to) == ("accounts/token_reused", "ada@example.com")
    assert set(letter.facts) == {"device", "when"}
    assert letter.facts["device"] == "Phone"
    assert (entry.action, entry.entity_type, entry.entity_id) == (
        "login_failed",
        "user",
        str(user.pk),
    )
    assert entry.new_values == {"reason": "refresh_token_reused", "family": str(phone.family)}


def test_tells_it_once(phone: SignIn) -> None:
    rotated(rotated(phone.refresh_token).refresh_token)
    refused(phone.refresh_token)
    before = books()

    refused(phone.refresh_token)

    assert books() == before


def test_leaves_other_devices_alone(user: User, phone: SignIn) -> None:
    tablet = commands.sign_in(user_id=user.pk, device="Tablet", ip=None)
    rotated(rotated(phone.refresh_token).refresh_token)

    refused(phone.refresh_token)

    assert not is_revoked(tablet)
    assert rotated(tablet.refresh_token).family == tablet.family


@pytest.mark.parametrize("token", ["", "x", "\0", "é" * 300, "A" * 43])
def test_refuses_an_unknown_token(phone: SignIn, token: str) -> None:
    before = books()

    refused(token)

    assert books() == before


def test_refuses_the_hash_of_a_token(phone: SignIn) -> None:
    refused(row_of(phone).refresh_token_hash)


def test_refuses_a_token_past_its_time(phone: SignIn) -> None:
    let_pass(phone, created_at=31 * DAY, signed_in_at=31 * DAY, expires_at=30 * DAY + DAY / 24)
    before = books()

    refused(phone.refresh_token)

    assert books() == before


def test_refuses_a_revoked_token(user: User, phone: SignIn) -> None:
    commands.revoke_family(user_id=user.pk, family=phone.family, by=user.pk)
    before = books()

    refused(phone.refresh_token)

    assert books() == before


def test_gives_no_lost_answer_of_a_revoked_sign_in(user: User, phone: SignIn) -> None:
    rotated(phone.refresh_token)
    commands.revoke_family(user_id=user.pk, family=phone.family, by=user.pk)

    refused(phone.refresh_token)

    assert UserSession.objects.count() == 2


@pytest.mark.parametrize("is_repeated", [False, True])
def test_refuses_who_is_no_longer_active(user: User, phone: SignIn, is_repeated: bool) -> None:
    if is_repeated:
        rotated(phone.refresh_token)
    User.objects.update(is_active=False)
    rows = UserSession.objects.count()

    refused(phone.refresh_token)

    assert UserSession.objects.count() == rows
