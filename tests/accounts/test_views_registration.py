import logging

import pytest
from django.test import Client

from accounts.models import User
from shopflow.lib.logs import Discreet
from shopflow.lib.secrets import new_token
from tests.accounts.links import EMAIL, PASSWORD, registered, token_of
from tests.storefront import words

pytestmark = pytest.mark.django_db
FORM = {"first_name": "Ada", "last_name": "Byron", "email": EMAIL, "password": PASSWORD}


@pytest.mark.parametrize("language", ["", "/de"])
def test_register_verify_log_in(client: Client, language: str) -> None:
    response = client.post(f"{language}/accounts/register/", FORM)
    assert (response.status_code, response["Location"]) == (303, f"{language}/accounts/sent/")
    assert client.get(response["Location"]).status_code == 200

    link = f"{language}/accounts/verify/{token_of('accounts/verify')}/"
    assert client.get(link).status_code == 200
    assert not User.objects.get().email_verified
    response = client.post(link)
    assert (response.status_code, response["Location"]) == (303, f"{language}/accounts/login/")

    response = client.post(response["Location"], {"username": EMAIL, "password": PASSWORD})
    assert response.status_code == 303
    user = User.objects.get()
    assert (user.first_name, user.last_name, user.email_verified) == ("Ada", "Byron", True)


def test_registering_logs_nobody_in(client: Client) -> None:
    client.post("/accounts/register/", FORM)

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "", "Please fill this in."),
        ("email", "ada", "Please enter an e-mail address like name@example.com."),
        ("email", f"{EMAIL}\0", "Please enter an e-mail address like name@example.com."),
        ("email", f"{'a' * 250}@example.com", "at most 254 characters"),
        ("password", "", "Please fill this in."),
        ("password", "short", "This password is too short."),
        ("password", "password123", "This password is too common."),
        ("password", EMAIL, "too similar to the email"),
        ("password", "x" * 1001, "at most 1000 characters"),
        ("password", f"{PASSWORD}\0", "Null characters are not allowed."),
        ("first_name", "x" * 101, "at most 100 characters"),
        ("first_name", "\x1b[31m", "without control characters"),
    ],
)
def test_odd_input_is_refused(client: Client, field: str, value: str, sentence: str) -> None:
    response = client.post("/accounts/register/", {**FORM, field: value})

    assert response.status_code == 400
    assert sentence in words(response)
    assert PASSWORD not in response.content.decode()
    assert not User.objects.exists()


def test_nobody_makes_themselves_staff(client: Client) -> None:
    more = {"role": "admin", "is_superuser": "1", "email_verified": "1", "is_active": "0"}

    client.post("/accounts/register/", {**FORM, **more})

    user = User.objects.get()
    assert (user.role, user.is_superuser, user.email_verified) == ("customer", False, False)
    assert user.is_active


def test_too_many_mails_are_refused(client: Client) -> None:
    for _ in range(5):
        client.post("/accounts/verify/", {"email": EMAIL})

    response = client.post("/accounts/verify/", {"email": EMAIL})

    assert (response.status_code, "Too many tries" in words(response)) == (429, True)
    assert int(response["Retry-After"]) <= 720


def test_a_link_that_was_used_says_so(client: Client) -> None:
    registered()
    link = f"/accounts/verify/{token_of('accounts/verify')}/"
    client.post(link)

    response = client.post(link)

    assert response.status_code == 400
    assert "This link doesn't work any more." in words(response)
    assert 'href="/accounts/verify/"' in response.content.decode()


@pytest.mark.parametrize("token", ["x", "x" * 3000, "%00", "%ff", "..%2f..", "'"])
def test_an_odd_link_is_refused(client: Client, token: str) -> None:
    assert client.get(f"/accounts/verify/{token}/").status_code in {200, 404}
    assert client.post(f"/accounts/verify/{token}/").status_code in {400, 404}


@pytest.mark.parametrize(
    "page", ["register", "sent", "verify", "verify/neverSent-neverSent-neverSent-neverSent-43ch"]
)
def test_pages_are_kept_nowhere(client: Client, page: str) -> None:
    response = client.get(f"/accounts/{page}/")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"


def test_a_link_stands_in_no_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        client.post(f"/accounts/verify/{new_token()}/")

    [record] = caplog.records
    assert Discreet("%(message)s").format(record) == "Bad Request: /accounts/verify/<token>/"


def test_forms_need_the_token_of_their_page() -> None:
    client = Client(enforce_csrf_checks=True)

    for page in ("register/", "verify/", f"verify/{new_token()}/"):
        assert client.post(f"/accounts/{page}", FORM).status_code == 403

    assert not User.objects.exists()
