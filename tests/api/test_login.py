"""Coming in and going out over the API."""

from datetime import timedelta
from time import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_otp.oath import hotp

from accounts import access_tokens
from accounts import commands as accounts
from accounts.models import User, UserSession
from accounts.queries.factors import STEP
from carts import commands as carts
from carts.queries import count_items
from shopflow.lib.secrets import digest
from tests import factories, staff
from tests.api.people import PASSWORD, AppUser, app_user
from tests.api.shop import Shop, cart_of, problem, send
from tests.books import books

pytestmark = pytest.mark.django_db
LOGIN = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create(email="ada@example.com")


def log_in(client: Client, **changes: Any) -> Any:
    return send(client, "post", "auth/login/", {**LOGIN, **changes})


def test_answers_a_login_with_tokens(client: Client, user: User) -> None:
    answer = log_in(client, device="Ada's phone")

    tokens, row = answer.json(), UserSession.objects.get()
    caller = access_tokens.read(tokens["access"])
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert (caller.user_id, caller.family) == (user.pk, row.family)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    assert digest(tokens["refresh"]) == row.refresh_token_hash
    assert parse_datetime(tokens["refresh_expires_at"]) == row.expires_at
    assert (row.user, row.device, row.ip) == (user, "Ada's phone", "127.0.0.1")
    assert not answer.cookies


def test_opens_the_account_with_them(client: Client, user: User) -> None:
    access = log_in(client).json()["access"]

    assert send(client, "get", "me/", access=access).json()["id"] == str(user.pk)


def test_takes_the_email_in_any_case(client: Client, user: User) -> None:
    assert log_in(client, email=" Ada@Example.COM ").status_code == 200


@pytest.mark.parametrize("device", [None, "", " "])
def test_names_the_device_by_its_user_agent(client: Client, user: User, device: Any) -> None:
    given = {} if device is None else {"device": device}
    client.defaults["HTTP_USER_AGENT"] = "ShopApp/2.1 (iOS 17)"

    log_in(client, **given)

    assert UserSession.objects.get().device == "ShopApp/2.1 (iOS 17)"


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong horse battery"},
        {"password": PASSWORD + " "},
        {"email": "nobody@example.com"},
        {"email": "nobody@example.com", "password": "x"},
    ],
)
def test_says_the_same_whatever_is_wrong(
    client: Client, user: User, changes: dict[str, str]
) -> None:
    answer = log_in(client, **changes)

    document = problem(answer, 401, "login_refused")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert document["detail"] == "E-mail and password don't match. Please try again."
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
def test_lets_nobody_in_who_left(client: Client, user: User, change: dict[str, Any]) -> None:
    User.objects.update(**change)

    problem(log_in(client), 401, "login_refused")

    assert not UserSession.objects.exists()


def test_wants_a_verified_email(client: Client, user: User) -> None:
    User.objects.update(email_verified=False)

    problem(log_in(client), 403, "email_not_verified")
    problem(log_in(client, password="wrong"), 401, "login_refused")

    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "invalid"),
        ({}, "invalid"),
        ([], "invalid"),
        ({"email": "ada@example.com"}, "invalid"),
        ({**LOGIN, "email": "ada"}, "invalid"),
        ({**LOGIN, "email": ["ada@example.com"]}, "invalid"),
        ({**LOGIN, "password": "a\0b"}, "invalid"),
        ({**LOGIN, "password": "x" * 1001}, "invalid"),
        ({**LOGIN, "password": {"$ne": ""}}, "invalid"),
        ({**LOGIN, "device": "x" * 201}, "invalid"),
        ({**LOGIN, "device": "\ud800"}, "invalid"),
        ({**LOGIN, "is_staff": True}, "unknown_field"),
        ({**LOGIN, "user_id": "1"}, "unknown_field"),
    ],
)
def test_refuses_a_bad_login(client: Client, user: User, body: Any, code: str) -> None:
    before = books()

    answer = send(client, "post", "auth/login/", body)

    problem(answer, 400, code)
    assert books() == before


def test_slows_down_who_guesses(client: Client, user: User) -> None:
    answers = [log_in(client, password="wrong") for _ in range(12)]

    last = answers[-1]
    problem(last, 429, "too_many_tries")
    assert 0 < int(last["Retry-After"]) <= 900
    problem(log_in(client), 429, "too_many_tries")
    assert not UserSession.objects.exists()


def test_a_token_sent_along_does_not_count(client: Client, user: User) -> None:
    answer = send(client, "post", "auth/login/", LOGIN, access="expired")

    assert answer.status_code == 200


def test_brings_the_guests_cart_along(client: Client, shop: Shop) -> None:
    user = factories.UserFactory.create(email="ada@example.com")
    token = cart_of(shop.medium, 2)

    tokens = send(client, "post", "auth/login/", LOGIN, cart=token).json()

    assert count_items(user_id=user.pk) == 2
    [item] = send(client, "get", "cart/", access=tokens["access"]).json()["items"]
    assert (item["variant"]["sku"], item["quantity"]) == ("OBS-M", 2)


@pytest.mark.parametrize("token", ["", "x" * 43, "\xff", "x" * 1000])
def test_an_unknown_cart_keeps_nobody_out(client: Client, user: User, token: str) -> None:
    assert send(client, "post", "auth/login/", LOGIN, cart=token).status_code == 200
    assert count_items(user_id=user.pk) == 0


def test_brings_no_cart_along_that_was_refused(client: Client, shop: Shop) -> None:
    user = factories.UserFactory.create(email="ada@example.com")
    token = cart_of(shop.medium)

    send(client, "post", "auth/login/", {**LOGIN, "password": "wrong"}, cart=token)

    assert count_items(token=token) == 1
    assert carts.open_cart(user_id=user.pk).cart.items.count() == 0


def code_of(user: User) -> str:
    return f"{hotp(staff.app_of(user).key, int(time()) // STEP):06}"


def test_wants_a_code_of_who_has_a_second_factor(client: Client, user: User) -> None:
    staff.app_of(user)

    problem(log_in(client), 403, "second_factor_needed")
    problem(log_in(client, password="wrong", code=code_of(user)), 401, "login_refused")
    problem(log_in(client, code="000000"), 401, "code_refused")
    assert not UserSession.objects.exists()

    assert log_in(client, code=code_of(user)).status_code == 200


def test_takes_a_code_once(client: Client, user: User) -> None:
    code = code_of(user)

    assert log_in(client, code=code).status_code == 200
    problem(log_in(client, code=code), 401, "code_refused")


def test_lets_nobody_who_works_here_in_without_a_second_factor(client: Client) -> None:
    accounts.create_staff(email="ada@example.com", password=PASSWORD, role="employee")

    problem(log_in(client), 403, "second_factor_needed")
    problem(log_in(client, code="123456"), 401, "code_refused")

    assert not UserSession.objects.exists()


def test_costs_so_many_statements(
    client: Client, user: User, django_assert_num_queries: Any
) -> None:
    # The account; its factor. To sign in: begin, who, account, devices, the row, last login,
    # audit, commit. For a cart, had one been brought: begin, who, commit.
    with django_assert_num_queries(13):
        assert log_in(client).status_code == 200


# --- refresh -----------------------------------------------------------------------------------


def refreshed(client: Client, token: str) -> Any:
    return send(client, "post", "auth/refresh/", {"refresh": token})


def test_refreshing_gives_the_next_pair(client: Client) -> None:
    ada = app_user()

    tokens = refreshed(client, ada.refresh).json()

    assert set(tokens) == {"access", "token_type", "expires_in", "refresh", "refresh_expires_at"}
    assert tokens["refresh"] != ada.refresh
    assert access_tokens.read(tokens["access"]).family == ada.family
    assert refreshed(client, tokens["refresh"]).status_code == 200


def test_refreshing_gives_a_lost_answer_again(client: Client) -> None:
    ada = app_user()

    first, again = refreshed(client, ada.refresh).json(), refreshed(client, ada.refresh).json()

    assert again["refresh"] == first["refresh"]
    assert UserSession.objects.count() == 2


def test_refreshing_with_a_used_token_signs_the_device_out(client: Client) -> None:
    ada = app_user()
    child = refreshed(client, ada.refresh).json()
    UserSession.objects.filter(parent=None).update(used_at=timezone.now() - timedelta(minutes=1))

    answer = refreshed(client, ada.refresh)

    problem(answer, 401, "sign_in_over")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    problem(refreshed(client, child["refresh"]), 401, "sign_in_over")
    problem(send(client, "get", "me/", access=child["access"]), 401, "invalid_token")


def test_refreshing_works_with_an_expired_token_in_the_header(client: Client) -> None:
    ada = app_user()

    answer = send(client, "post", "auth/refresh/", {"refresh": ada.refresh}, access="expired")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"refresh": ""}, 400, "invalid"),
        ({"refresh": None}, 400, "invalid"),
        ({"refresh": "x" * 201}, 400, "invalid"),
        ({"refresh": "\0"}, 400, "invalid"),
        ({"refresh": "\ud800"}, 400, "invalid"),
        ({"refresh": ["x"]}, 400, "invalid"),
        ({"refresh": "unknown"}, 401, "sign_in_over"),
        ({"refresh": "unknown", "user": 1}, 400, "unknown_field"),
    ],
)
def test_refreshing_refuses_anything_else(
    client: Client, body: Any, status: int, code: str
) -> None:
    app_user()
    before = books()

    problem(send(client, "post", "auth/refresh/", body), status, code)

    assert books() == before


def test_refreshing_costs_so_many_statements(
    client: Client, django_assert_num_queries: Any
) -> None:
    ada = app_user()

    # Begin, who, the claim, the row with its person, the child, commit.
    with django_assert_num_queries(6):
        assert refreshed(client, ada.refresh).status_code == 200


# --- logout ------------------------------------------------------------------------------------


def test_logout_ends_this_device_only(client: Client) -> None:
    ada = app_user()
    other = log_in(client).json()

    answer = send(client, "post", "auth/logout/", access=ada.access)

    assert (answer.status_code, answer.content) == (204, b"")
    problem(send(client, "get", "me/", access=ada.access), 401, "invalid_token")
    problem(refreshed(client, ada.refresh), 401, "sign_in_over")
    assert send(client, "get", "me/", access=other["access"]).status_code == 200


@pytest.mark.parametrize("body", [{"family": "x"}, []])
def test_logout_takes_no_device(client: Client, body: Any) -> None:
    ada = app_user()

    answer = send(client, "post", "auth/logout/", body, access=ada.access)

    assert answer.status_code == 400
    assert send(client, "get", "me/", access=ada.access).status_code == 200


def test_logout_is_for_who_is_signed_in(client: Client) -> None:
    problem(send(client, "post", "auth/logout/"), 401, "not_authenticated")


def test_logout_costs_so_many_statements(client: Client, django_assert_num_queries: Any) -> None:
    ada: AppUser = app_user()

    # Who calls. Begin, who, which rows, revoke, is any left, commit.
    with django_assert_num_queries(7):
        assert send(client, "post", "auth/logout/", access=ada.access).status_code == 204
