from typing import Any

import pytest
from django.conf import settings

from accounts import commands as accounts
from accounts.errors import PasskeyKnown, PasskeyRefused
from accounts.models import Passkey, User
from accounts.queries import creation_options, has_factor, relying_party
from tests import factories
from tests.accounts.letters import letters
from tests.authenticator import VERIFIED, Authenticator

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator(origin=settings.SITE_URL, rp_id=relying_party())


def add(user: User, phone: Authenticator, **changes: Any) -> accounts.Enrolled:
    options = creation_options(user.pk)
    return accounts.add_passkey(
        user_id=user.pk,
        name="Phone",
        credential=phone.make(options.json, **changes),
        challenge=options.challenge,
    )


def test_keeps_the_public_half(user: User, phone: Authenticator) -> None:
    made = add(user, phone)

    passkey = Passkey.objects.get()
    assert passkey == made.factor
    assert (passkey.user, passkey.name, passkey.sign_count) == (user, "Phone", 0)
    assert passkey.transports == ["internal", "hybrid"]
    assert has_factor(user)
    assert len(made.codes) == 10
    assert [letter.facts for letter in letters()] == [{"what": "A passkey was added."}]


def test_makes_no_new_recovery_codes_beside_an_app(user: User, phone: Authenticator) -> None:
    accounts.give_totp(user_id=user.pk)

    assert add(user, phone).codes == []


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"challenge": "AAAA"},
        {"challenge": 7},
        {"type": "webauthn.get"},
    ],
)
def test_refuses_what_was_made_elsewhere_or_for_something_else(
    user: User, phone: Authenticator, forged: dict[str, Any]
) -> None:
    with pytest.raises(PasskeyRefused):
        add(user, phone, **forged)

    assert not Passkey.objects.exists()
    assert letters() == []


def test_refuses_one_for_another_site(user: User) -> None:
    with pytest.raises(PasskeyRefused):
        add(user, Authenticator(origin=settings.SITE_URL, rp_id="evil.example"))


def test_refuses_one_that_nobody_touched(user: User, phone: Authenticator) -> None:
    phone.flags = VERIFIED

    with pytest.raises(PasskeyRefused):
        add(user, phone)


def test_takes_the_same_key_once(user: User, phone: Authenticator) -> None:
    add(user, phone)

    for person in (user, factories.UserFactory.create()):
        with pytest.raises(PasskeyKnown):
            add(person, phone)

    assert Passkey.objects.get().user == user


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"id": 7},
        {"response": None},
        {"response": {"clientDataJSON": "!", "attestationObject": "!"}},
        {"response": {"clientDataJSON": "e30", "attestationObject": "oA"}},
        {"rawId": "AAAA"},
        {"type": "password"},
    ],
)
def test_refuses_anything_else(user: User, phone: Authenticator, broken: dict[str, Any]) -> None:
    options = creation_options(user.pk)
    credential = {**phone.make(options.json), **broken} if broken else {}

    with pytest.raises(PasskeyRefused):
        accounts.add_passkey(
            user_id=user.pk, name="x", credential=credential, challenge=options.challenge
        )

    assert not Passkey.objects.exists()
