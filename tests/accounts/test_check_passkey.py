from typing import Any

import pytest
from django.conf import settings

from accounts import commands as accounts
from accounts.errors import PasskeyRefused
from accounts.models import Passkey, User
from accounts.queries import creation_options, relying_party, request_options
from shopflow.lib.limits import TooManyTries
from shopflow.lib.models import AuditLog
from tests import factories
from tests.authenticator import VERIFIED, Authenticator

pytestmark = pytest.mark.django_db


def with_passkey(**kind: Any) -> tuple[User, Authenticator]:
    """Somebody, and the phone whose passkey they have added."""
    user = factories.UserFactory.create()
    phone = Authenticator(origin=settings.SITE_URL, rp_id=relying_party(), **kind)
    options = creation_options(user.pk)
    accounts.add_passkey(
        user_id=user.pk,
        name="Phone",
        credential=phone.make(options.json),
        challenge=options.challenge,
    )
    return user, phone


def check(user: User, phone: Authenticator, **changes: Any) -> Passkey:
    options = request_options(user.pk)
    return accounts.check_passkey(
        user_id=user.pk,
        credential=phone.sign(options.json, **changes),
        challenge=options.challenge,
    )


def test_takes_a_signature_of_our_challenge() -> None:
    user, phone = with_passkey()

    assert check(user, phone) == Passkey.objects.get()

    passkey = Passkey.objects.get()
    assert passkey.sign_count == 1
    assert passkey.last_used_at is not None
    assert check(user, phone) == passkey


def test_takes_keys_that_never_count() -> None:
    user, phone = with_passkey(counts=False)

    assert check(user, phone) == check(user, phone)


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"challenge": "AAAA"},
        {"type": "webauthn.create"},
    ],
)
def test_refuses_what_was_signed_elsewhere_or_for_something_else(forged: dict[str, Any]) -> None:
    user, phone = with_passkey()

    with pytest.raises(PasskeyRefused):
        check(user, phone, **forged)

    assert Passkey.objects.get().last_used_at is None


def test_refuses_the_same_answer_again() -> None:
    user, phone = with_passkey()
    options = request_options(user.pk)
    answer = phone.sign(options.json)
    accounts.check_passkey(user_id=user.pk, credential=answer, challenge=options.challenge)

    with pytest.raises(PasskeyRefused):
        accounts.check_passkey(
            user_id=user.pk, credential=answer, challenge=request_options(user.pk).challenge
        )
    # Nor if somebody brought the old challenge back: the count didn't grow.
    with pytest.raises(PasskeyRefused):
        accounts.check_passkey(user_id=user.pk, credential=answer, challenge=options.challenge)


@pytest.mark.parametrize("behind", [0, 3])
def test_refuses_a_copy_whose_count_is_behind(behind: int) -> None:
    user, phone = with_passkey()
    for _ in range(4):
        check(user, phone)

    phone.count -= behind + 1
    with pytest.raises(PasskeyRefused):
        check(user, phone)

    assert Passkey.objects.get().sign_count == 4


def test_refuses_another_key_under_the_same_name() -> None:
    user, phone = with_passkey()
    other = Authenticator(
        origin=settings.SITE_URL, rp_id=relying_party(), credential_id=phone.credential_id
    )

    with pytest.raises(PasskeyRefused):
        check(user, other)


def test_refuses_somebody_elses_passkey() -> None:
    user, _ = with_passkey()
    _, others_phone = with_passkey()

    with pytest.raises(PasskeyRefused):
        check(user, others_phone)


def test_refuses_one_that_nobody_touched() -> None:
    user, phone = with_passkey()
    phone.flags = VERIFIED

    with pytest.raises(PasskeyRefused):
        check(user, phone)


def test_refuses_one_that_was_removed() -> None:
    user, phone = with_passkey()
    accounts.remove_factor(user_id=user.pk, factor_id=Passkey.objects.get().pk)

    with pytest.raises(PasskeyRefused):
        check(user, phone)


def test_counts_refusals_and_writes_them_down() -> None:
    user, phone = with_passkey()
    for _ in range(10):
        with pytest.raises(PasskeyRefused):
            check(user, phone, challenge="AAAA")

    with pytest.raises(TooManyTries):
        check(user, phone)

    assert AuditLog.objects.filter(action="login_failed", entity_id=str(user.pk)).count() == 10


@pytest.mark.parametrize(
    "credential", [{}, {"id": None}, {"id": "x" * 2000}, {"id": "\0"}, {"id": "\ud83d"}]
)
def test_refuses_anything_else(credential: dict[str, Any]) -> None:
    user, _ = with_passkey()

    with pytest.raises(PasskeyRefused):
        accounts.check_passkey(user_id=user.pk, credential=credential, challenge="AAAA")
