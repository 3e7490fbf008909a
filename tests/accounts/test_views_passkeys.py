"""Passkeys between the browser's script and the pages."""

import json
from time import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Passkey, User
from accounts.queries import relying_party
from accounts.views.passkeys import CHALLENGE
from tests import factories, staff
from tests.authenticator import Authenticator
from tests.storefront import words

pytestmark = pytest.mark.django_db
PAGE, CODE = "/account/second-factor/", "/accounts/code/"
PASSWORD = "correct horse battery"


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator(origin=settings.SITE_URL, rp_id=relying_party())


def add(browser: Client, phone: Authenticator, name: str = "My phone") -> Any:
    options = browser.post(f"{PAGE}passkey/options/").content.decode()
    answer = json.dumps(phone.make(options))
    return browser.post(f"{PAGE}passkey/", {"name": name, "credential": answer})


@pytest.fixture
def waiting(client: Client, user: User, phone: Authenticator) -> Client:
    """Somebody with a passkey who has just typed the password."""
    add(staff.signed_in(user), phone)
    client.post("/accounts/login/", {"username": user.email, "password": PASSWORD})
    return client


def asked(client: Client) -> str:
    response = client.post(f"{CODE}options/")
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    return str(response.content.decode())


def sign_in(client: Client, answer: Any) -> Any:
    return client.post(CODE, {"credential": json.dumps(answer)})


def test_adds_one_and_shows_the_recovery_codes(user: User, phone: Authenticator) -> None:
    browser = staff.signed_in(user)

    response = add(browser, phone)

    assert words(response).count("-") >= 50
    assert Passkey.objects.get().name == "My phone"
    assert "My phone" in words(browser.get(PAGE))


def test_tells_the_authenticator_what_it_has_already(user: User, phone: Authenticator) -> None:
    browser = staff.signed_in(user)
    add(browser, phone)

    options = browser.post(f"{PAGE}passkey/options/").json()

    [excluded] = options["excludeCredentials"]
    assert excluded["id"] == Passkey.objects.get().credential_id
    assert options["rp"] == {"id": relying_party(), "name": "ShopFlow"}


@pytest.mark.parametrize("name", ["", "x" * 65, "\0"])
def test_needs_a_name(user: User, phone: Authenticator, name: str) -> None:
    response = add(staff.signed_in(user), phone, name=name)

    assert response.status_code == 400
    assert not Passkey.objects.exists()


def test_lets_in(waiting: Client, user: User, phone: Authenticator) -> None:
    response = sign_in(waiting, phone.sign(asked(waiting)))

    assert response.status_code == 303
    assert waiting.session["_auth_user_id"] == str(user.pk)
    assert waiting.get(PAGE).status_code == 200


def test_a_challenge_is_answered_once(waiting: Client, phone: Authenticator) -> None:
    options = asked(waiting)
    first = sign_in(waiting, phone.sign(options, origin="https://evil.example"))

    second = sign_in(waiting, phone.sign(options))

    assert (first.status_code, second.status_code) == (401, 401)
    assert "_auth_user_id" not in waiting.session
    assert "This passkey couldn't be checked." in words(second)


def test_a_challenge_waits_five_minutes(waiting: Client, phone: Authenticator) -> None:
    answer = phone.sign(asked(waiting))
    session = waiting.session
    session[CHALLENGE] = {**session[CHALLENGE], "until": time() - 1}
    session.save()

    assert sign_in(waiting, answer).status_code == 401
    assert "_auth_user_id" not in waiting.session


def test_a_challenge_of_one_page_is_none_of_the_other(user: User, phone: Authenticator) -> None:
    browser = staff.signed_in(user)
    add(browser, phone)
    options = browser.post(f"{CODE}options/").content.decode()

    other = Authenticator(origin=settings.SITE_URL, rp_id=relying_party())
    data = {"name": "Forged", "credential": json.dumps(other.make(options))}
    response = browser.post(f"{PAGE}passkey/", data)

    assert response.status_code == 401
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "null", "{}", '{"id": 1}', "[" * 100_000, '{"id": "\\ud83d"}', "\0"],
)
def test_refuses_anything_else(waiting: Client, credential: str) -> None:
    asked(waiting)

    response = waiting.post(CODE, {"credential": credential})

    assert response.status_code == 401
    assert "_auth_user_id" not in waiting.session


def test_staff_may_choose_a_passkey_instead_of_an_app(client: Client, phone: Authenticator) -> None:
    owner = staff.owner()
    data = {"username": owner.email, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/accounts/login/", data)["Location"] == PAGE

    add(client, phone)

    assert client.get("/admin/").status_code == 200
