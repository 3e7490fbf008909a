"""Asked after the password."""

from time import time
from typing import Any

import pytest
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from pytest_django import DjangoAssertNumQueries

from accounts import commands as accounts
from accounts.models import TotpDevice, User
from accounts.views.entering import HALFWAY
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.accounts.letters import letters
from tests.storefront import words

pytestmark = pytest.mark.django_db
LOGIN, CODE = "/accounts/login/", "/accounts/code/"
PASSWORD = "correct horse battery"


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


@pytest.fixture
def device(user: User) -> TotpDevice:
    return staff.app_of(user)


def log_in(client: Client, user: User, next_url: str = "/account/") -> Any:
    data = {"username": user.email, "password": PASSWORD, "next": next_url}
    return client.post(LOGIN, data)


def test_comes_after_the_password(client: Client, user: User, device: TotpDevice) -> None:
    asked = log_in(client, user)

    assert (asked.status_code, asked["Location"]) == (303, CODE)
    assert "_auth_user_id" not in client.session
    assert not AuditLog.objects.filter(action="login").exists()
    response = client.post(CODE, {"code": staff.code_of(device)})
    assert (response.status_code, response["Location"]) == (303, "/account/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session[DEVICE_ID_SESSION_KEY] == device.persistent_id
    assert AuditLog.objects.filter(action="login").count() == 1


def test_a_recovery_code_does_too(client: Client, user: User) -> None:
    codes = accounts.give_totp(user_id=user.pk).codes
    log_in(client, user)

    client.post(CODE, {"code": codes[0]})

    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get("/account/second-factor/").status_code == 200


def test_the_session_key_changes_at_each_step(
    client: Client, user: User, device: TotpDevice
) -> None:
    session = client.session
    session["planted"] = "by whoever knew this key before"
    session.save()
    keys = [session.session_key]

    log_in(client, user)
    keys.append(client.session.session_key)
    assert "planted" not in client.session
    client.post(CODE, {"code": staff.code_of(device)})
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3


def test_a_wrong_code_lets_nobody_in(client: Client, user: User, device: TotpDevice) -> None:
    log_in(client, user)

    response = client.post(CODE, {"code": "000000x"})

    assert response.status_code == 401
    assert "This code isn't right, or was used already." in words(response)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("data", [{}, {"code": ""}, {"code": "1" * 65}, {"code": "\0"}])
def test_what_is_no_code_is_said_to_be_none(
    client: Client, user: User, device: TotpDevice, data: dict[str, str]
) -> None:
    log_in(client, user)

    assert client.post(CODE, data).status_code == 400
    assert "_auth_user_id" not in client.session


def test_wrong_ones_are_counted(client: Client, user: User, device: TotpDevice) -> None:
    log_in(client, user)
    for _ in range(10):
        client.post(CODE, {"code": "wrong"})

    response = client.post(CODE, {"code": staff.code_of(device)})

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "_auth_user_id" not in client.session


def test_is_asked_of_nobody_who_gave_no_password(client: Client) -> None:
    for response in (client.get(CODE), client.post(CODE, {"code": "123456"})):
        assert (response.status_code, response["Location"]) == (303, LOGIN)
    assert client.post(f"{CODE}options/").status_code == 403


def test_waits_five_minutes(client: Client, user: User, device: TotpDevice) -> None:
    log_in(client, user)
    session = client.session
    assert 290 < session[HALFWAY]["until"] - time() <= 300
    session[HALFWAY] = {**session[HALFWAY], "until": time() - 1}
    session.save()

    response = client.post(CODE, {"code": staff.code_of(device)})

    assert response["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


def test_a_changed_password_ends_the_wait(client: Client, user: User, device: TotpDevice) -> None:
    log_in(client, user)
    accounts.change_password(user_id=user.pk, old=PASSWORD, new="a kettle on the hob")

    response = client.post(CODE, {"code": staff.code_of(device)})

    assert response["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


def test_a_closed_account_ends_the_wait(client: Client, user: User, device: TotpDevice) -> None:
    log_in(client, user)
    accounts.close_account(user_id=user.pk, by=None)

    assert client.post(CODE, {"code": staff.code_of(device)})["Location"] == LOGIN


def test_the_password_alone_opens_nothing(client: Client, user: User, device: TotpDevice) -> None:
    log_in(client, user)

    for page in ("/account/", "/account/orders/", "/account/second-factor/", "/account/devices/"):
        assert client.get(page)["Location"].startswith(LOGIN), page
    assert client.post("/account/second-factor/app/new/")["Location"] == LOGIN
    assert TotpDevice.objects.get() == device


def test_a_new_password_doesnt_replace_it(client: Client, user: User, device: TotpDevice) -> None:
    accounts.ask_for_reset(email=user.email)
    [letter] = letters()

    client.post(
        f"/accounts/password/reset/{letter.facts['token']}/", {"password": "a kettle on the hob"}
    )
    user.refresh_from_db()
    assert user.check_password("a kettle on the hob")
    assert "_auth_user_id" not in client.session
    asked = client.post(LOGIN, {"username": user.email, "password": "a kettle on the hob"})

    assert asked["Location"] == CODE
    assert "_auth_user_id" not in client.session
    assert TotpDevice.objects.get() == device


def test_a_session_from_before_is_asked_on_the_page_of_factors(
    client: Client, user: User, device: TotpDevice
) -> None:
    client.force_login(user)
    page = "/account/second-factor/"

    asked = client.get(page)
    assert asked["Location"] == f"{CODE}?next={page}"
    response = client.post(asked["Location"], {"code": staff.code_of(device)})

    assert response["Location"] == page
    assert client.get(page).status_code == 200


def test_nobody_caches_it(client: Client, user: User, device: TotpDevice) -> None:
    log_in(client, user)

    assert "no-store" in client.get(CODE)["Cache-Control"]


def test_the_page_takes_a_fixed_number_of_queries(
    client: Client,
    user: User,
    device: TotpDevice,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    log_in(client, user)

    with django_assert_num_queries(6):
        client.get(CODE)
