import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from shopflow.lib.secrets import new_token
from tests.accounts.links import EMAIL, PASSWORD, shopper, token_of
from tests.storefront import words

pytestmark = pytest.mark.django_db
NEW = "a new battery for the horse"
LOGIN = "/accounts/login/"


def logged_in(email: str = EMAIL) -> Client:
    client = Client()
    client.post(LOGIN, {"username": email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("language", ["", "/de"])
def test_forgot_reset_log_in(client: Client, language: str) -> None:
    shopper()

    response = client.post(f"{language}/accounts/password/forgot/", {"email": EMAIL})
    assert (response.status_code, response["Location"]) == (303, f"{language}/accounts/sent/")
    link = f"{language}/accounts/password/reset/{token_of('accounts/reset')}/"
    assert client.get(link).status_code == 200
    response = client.post(link, {"password": NEW})

    assert (response.status_code, response["Location"]) == (303, f"{language}{LOGIN}")
    assert "_auth_user_id" not in client.session
    assert client.post(LOGIN, {"username": EMAIL, "password": NEW}).status_code == 303


def test_a_reset_puts_everybody_out(client: Client) -> None:
    shopper()
    thief = logged_in()
    client.post("/accounts/password/forgot/", {"email": EMAIL})

    client.post(f"/accounts/password/reset/{token_of('accounts/reset')}/", {"password": NEW})

    assert thief.get("/account/").status_code == 302


def test_a_weak_password_is_refused_and_the_link_still_works(client: Client) -> None:
    shopper()
    client.post("/accounts/password/forgot/", {"email": EMAIL})
    link = f"/accounts/password/reset/{token_of('accounts/reset')}/"

    response = client.post(link, {"password": "password123"})

    assert response.status_code == 400
    assert "This password is too common." in words(response)
    assert client.post(link, {"password": NEW}).status_code == 303


@pytest.mark.parametrize(
    "token", ["neverSent-neverSent-neverSent-neverSent-43ch", "x", "x" * 3000, "%00", "%ff"]
)
def test_a_link_that_was_never_sent_is_refused(client: Client, token: str) -> None:
    response = client.post(f"/accounts/password/reset/{token}/", {"password": NEW})

    assert response.status_code == 400
    assert "This link doesn't work any more." in words(response)


def test_the_page_of_a_link_is_kept_nowhere_and_tells_no_other_site(client: Client) -> None:
    token = new_token()

    response = client.get(f"/accounts/password/reset/{token}/")

    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    # Neither does the page itself repeat the token, where a script or a picture could take it up.
    assert token not in response.content.decode()
    assert 'autocomplete="new-password"' in response.content.decode()


def test_changing_the_password_leaves_only_this_browser_in() -> None:
    user = shopper()
    here, there = logged_in(), logged_in()
    before = here.session.session_key

    response = here.post("/account/password/", {"old": PASSWORD, "password": NEW})

    assert (response.status_code, response["Location"]) == (303, "/account/password/")
    assert here.get("/account/").status_code == 200
    assert here.session.session_key != before
    assert there.get("/account/").status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("wrong", NEW, 400),
        ("", NEW, 400),
        (PASSWORD, "", 400),
        (PASSWORD, "short", 400),
        (PASSWORD, "x" * 1001, 400),
        (PASSWORD, f"{NEW}\0", 400),
    ],
)
def test_odd_input_changes_nothing(old: str, new: str, status: int) -> None:
    user = shopper()
    client = logged_in()

    response = client.post("/account/password/", {"old": old, "password": new})

    assert response.status_code == status
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert client.get("/account/").status_code == 200


def test_nobody_changes_it_unseen() -> None:
    shopper()
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get())

    response = client.post("/account/password/", {"old": PASSWORD, "password": NEW})

    assert response.status_code == 403
    assert User.objects.get().check_password(PASSWORD)


def test_changing_it_asks_for_a_login(client: Client) -> None:
    response = client.post("/account/password/", {"old": PASSWORD, "password": NEW})

    assert response["Location"] == "/accounts/login/?next=/account/password/"


def test_number_of_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shopper()
    client = logged_in()
    client.get("/account/password/")

    with django_assert_num_queries(1):  # who it is; the menu is kept
        client.get("/account/password/")
