"""Getting an account, and forgetting its password."""

from typing import Any

import pytest
from django.test import Client

from accounts import commands as accounts
from accounts.models import PasswordReset, User, VerificationToken
from accounts.queries import live_sign_ins
from tests import factories
from tests.accounts.letters import letters
from tests.api.people import PASSWORD, app_user
from tests.api.shop import problem, send
from tests.books import books

pytestmark = pytest.mark.django_db
NEW = {"email": "ada@example.com", "password": "correct horse battery"}
OTHER_PASSWORD = "wrong donkey staple"


def token_of(kind: str) -> str:
    [letter] = [letter for letter in letters() if letter.kind == f"accounts/{kind}"]
    return str(letter.facts["token"])


def test_registers_verifies_and_lets_in(client: Client) -> None:
    answer = send(client, "post", "auth/register/", {**NEW, "first_name": "Ada"})
    assert (answer.status_code, answer["Cache-Control"]) == (202, "no-store")
    problem(send(client, "post", "auth/login/", NEW), 403, "email_not_verified")

    token = token_of("verify")
    verified = send(client, "post", "auth/verify-email/", {"token": token})

    assert (verified.status_code, verified.content) == (204, b"")
    access = send(client, "post", "auth/login/", NEW).json()["access"]
    me = send(client, "get", "me/", access=access).json()
    assert (me["email"], me["first_name"], me["email_verified"]) == (
        "ada@example.com",
        "Ada",
        True,
    )
    assert (User.objects.get().role, User.objects.get().is_superuser) == ("customer", False)


def test_says_the_same_to_who_has_an_account(client: Client) -> None:
    new = send(client, "post", "auth/register/", NEW)
    again = send(client, "post", "auth/register/", NEW)

    assert (again.status_code, again.content) == (new.status_code, new.content)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"role": "admin"},
        {"is_superuser": True},
        {"is_active": True},
        {"email_verified": True},
        {"is_staff": True},
        {"id": "01a1ff77-a81d-7526-933a-05730ee39080"},
        {"groups": [1]},
        {"phone": "+12125550100"},
    ],
)
def test_registers_nobody_who_asks_for_more(client: Client, more: dict[str, Any]) -> None:
    answer = send(client, "post", "auth/register/", {**NEW, **more})

    problem(answer, 400, "unknown_field")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "ada"}, "invalid"),
        ({"email": None}, "invalid"),
        ({"email": "a" * 250 + "@example.com"}, "invalid"),
        ({"password": ""}, "invalid"),
        ({"password": None}, "invalid"),
        ({"first_name": "x" * 101}, "invalid"),
        ({"first_name": "\0"}, "invalid"),
        ({"password": "short"}, "password_refused"),
        ({"password": "password123"}, "password_refused"),
    ],
)
def test_registers_nobody_with_bad_input(
    client: Client, changes: dict[str, Any], code: str
) -> None:
    answer = send(client, "post", "auth/register/", {**NEW, **changes})

    problem(answer, 400, code)
    assert not User.objects.exists()


def test_gives_the_reasons_against_a_password(client: Client) -> None:
    answer = send(client, "post", "auth/register/", {**NEW, "password": "short"})

    assert problem(answer, 400, "password_refused")["reasons"]


def test_sends_the_link_once_more(client: Client) -> None:
    send(client, "post", "auth/register/", NEW)
    known = send(client, "post", "auth/verify-email/resend/", {"email": NEW["email"]})
    unknown = send(client, "post", "auth/verify-email/resend/", {"email": "eve@example.com"})

    assert (known.status_code, known.content) == (202, unknown.content)
    last = [letter for letter in letters() if letter.kind == "accounts/verify"][-1]
    token = last.facts["token"]
    assert send(client, "post", "auth/verify-email/", {"token": token}).status_code == 204
    assert User.objects.get().email_verified


@pytest.mark.parametrize("token", ["x", "A" * 43, "é", "../"])
@pytest.mark.parametrize("path", ["auth/verify-email/", "auth/password/reset/"])
def test_refuses_an_unknown_link(client: Client, path: str, token: str) -> None:
    send(client, "post", "auth/register/", NEW)
    before = books()
    more = {"password": OTHER_PASSWORD} if "reset" in path else {}

    problem(send(client, "post", path, {"token": token, **more}), 400, "link_invalid")

    assert books() == before


def test_takes_a_link_once(client: Client) -> None:
    send(client, "post", "auth/register/", NEW)
    body = {"token": token_of("verify")}

    assert send(client, "post", "auth/verify-email/", body).status_code == 204
    problem(send(client, "post", "auth/verify-email/", body), 400, "link_invalid")


def test_takes_no_link_made_for_something_else(client: Client) -> None:
    user = factories.UserFactory.create(email=NEW["email"], email_verified=False)
    send(client, "post", "auth/verify-email/resend/", {"email": NEW["email"]})
    send(client, "post", "auth/password/forgot/", {"email": NEW["email"]})
    verify, reset = token_of("verify"), token_of("reset")

    body = {"token": verify, "password": OTHER_PASSWORD}
    problem(send(client, "post", "auth/password/reset/", body), 400, "link_invalid")
    problem(send(client, "post", "auth/verify-email/", {"token": reset}), 400, "link_invalid")

    user.refresh_from_db()
    assert (user.check_password(PASSWORD), user.email_verified) == (True, False)


def test_sets_a_forgotten_password_and_signs_every_device_out(client: Client) -> None:
    ada = app_user()
    answer = send(client, "post", "auth/password/forgot/", {"email": "ada@example.com"})
    assert answer.status_code == 202

    body = {"token": token_of("reset"), "password": OTHER_PASSWORD}
    reset = send(client, "post", "auth/password/reset/", body)

    assert (reset.status_code, reset.content) == (204, b"")
    problem(send(client, "get", "me/", access=ada.access), 401, "invalid_token")
    problem(send(client, "post", "auth/refresh/", {"refresh": ada.refresh}), 401, "sign_in_over")
    assert live_sign_ins(ada.user.pk) == []
    problem(send(client, "post", "auth/login/", NEW), 401, "login_refused")
    login = send(client, "post", "auth/login/", {**NEW, "password": OTHER_PASSWORD})
    assert login.status_code == 200
    problem(send(client, "post", "auth/password/reset/", body), 400, "link_invalid")


def test_sets_no_weak_password(client: Client) -> None:
    ada = app_user()
    accounts.ask_for_reset(email="ada@example.com")

    body = {"token": token_of("reset"), "password": "short"}
    problem(send(client, "post", "auth/password/reset/", body), 400, "password_refused")

    assert send(client, "get", "me/", access=ada.access).status_code == 200
    assert PasswordReset.objects.count() == 1


def test_forgetting_says_the_same_to_everybody(client: Client) -> None:
    app_user()

    known = send(client, "post", "auth/password/forgot/", {"email": "ada@example.com"})
    unknown = send(client, "post", "auth/password/forgot/", {"email": "eve@example.com"})

    assert (known.status_code, known.content) == (202, unknown.content)
    assert PasswordReset.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("auth/register/", {}),
        ("auth/verify-email/", {}),
        ("auth/verify-email/", {"token": ["x"]}),
        ("auth/verify-email/resend/", {"email": 1}),
        ("auth/password/forgot/", {"email": "ada"}),
        ("auth/password/reset/", {"token": "x"}),
        ("auth/password/reset/", {"password": OTHER_PASSWORD}),
        ("auth/password/reset/", {"token": "\0", "password": OTHER_PASSWORD}),
    ],
)
def test_refuses_bad_input(client: Client, path: str, body: Any) -> None:
    before = books()

    problem(send(client, "post", path, body), 400, "invalid")

    assert books() == before


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("auth/verify-email/", "user"),
        ("auth/verify-email/resend/", "user_id"),
        ("auth/password/forgot/", "to"),
        ("auth/password/reset/", "user_id"),
    ],
)
def test_takes_no_foreign_id(client: Client, path: str, name: str) -> None:
    body = {"token": "x", "email": "ada@example.com", "password": OTHER_PASSWORD, name: "1"}

    problem(send(client, "post", path, body), 400, "unknown_field")


@pytest.mark.parametrize("path", ["auth/password/forgot/", "auth/verify-email/resend/"])
def test_sends_nobody_mail_after_mail(client: Client, path: str) -> None:
    app_user()
    answers = [send(client, "post", path, {"email": "ada@example.com"}) for _ in range(6)]

    last = problem(answers[-1], 429, "too_many_tries")
    assert {answer.status_code for answer in answers[:-1]} == {202}
    assert int(answers[-1]["Retry-After"]) > 0
    assert last["retry_after"] > 0
    assert not VerificationToken.objects.exists()
