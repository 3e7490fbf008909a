import pytest
from django.conf import settings as the_shops
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User, UserSession
from tests import factories
from tests.accounts.links import EMAIL, PASSWORD, registered, shopper
from tests.storefront import words

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
RIGHT = {"username": EMAIL, "password": PASSWORD}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("language", ["", "/de"])
def test_login_leads_where_somebody_was_going(client: Client, language: str) -> None:
    user = shopper()
    target = f"{language}/account/orders/"

    response = client.post(
        f"{language}{LOGIN}", {**RIGHT, "username": "Ada@Example.com", "next": target}
    )

    assert (response.status_code, response["Location"]) == (303, target)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_login_leads_to_the_account_otherwise(client: Client) -> None:
    shopper()

    assert client.post(LOGIN, RIGHT)["Location"] == "/account/"


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "https:elsewhere.example",
        "http://testserver@elsewhere.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        " //elsewhere.example",
        "\x00/account/",
    ],
)
def test_login_never_leads_to_another_site(client: Client, target: str) -> None:
    shopper()

    asked = client.get(LOGIN, {"next": target})
    response = client.post(LOGIN, {**RIGHT, "next": target})

    assert response["Location"] == "/account/"
    assert "elsewhere" not in asked.content.decode()


def test_who_is_in_already_is_led_on(client: Client) -> None:
    client.force_login(shopper())

    response = client.get(LOGIN, {"next": "/cart/"})

    assert (response.status_code, response["Location"]) == (303, "/cart/")


def test_a_wrong_password_is_refused_with_a_sentence(client: Client) -> None:
    shopper()

    response = client.post(LOGIN, {"username": EMAIL, "password": "wrong"})

    assert response.status_code == 401
    assert "E-mail and password don't match. Please try again." in words(response)
    assert not is_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", ""),
        (EMAIL, ""),
        ("", PASSWORD),
        (f"{EMAIL}\0", "x"),
        (EMAIL, "x\0"),
        ("x" * 255, "x"),
        (EMAIL, "x" * 1001),
    ],
)
def test_odd_input_is_refused(client: Client, email: str, password: str) -> None:
    response = client.post(LOGIN, {"username": email, "password": password})

    assert response.status_code == 400
    assert not is_in(client)


def test_a_session_that_was_put_under_somebody_is_not_theirs_afterwards(client: Client) -> None:
    """Fixation: who knew the key before the login knows nothing after it."""
    shopper()
    session = client.session
    session["planted"] = "by a thief"
    session.save()
    before = session.session_key

    client.post(LOGIN, RIGHT)

    after = client.session.session_key
    assert before
    assert after != before
    thief = Client()
    thief.cookies[the_shops.SESSION_COOKIE_NAME] = before
    assert thief.get("/account/").status_code == 302
    assert not thief.session.exists(before)


def test_another_person_gets_nothing_of_the_one_before(client: Client) -> None:
    shopper()
    client.force_login(shopper("eve@example.com"))
    session = client.session
    session["of_eve"] = "hers"
    session.save()
    client.post("/accounts/logout/")

    client.post(LOGIN, RIGHT)

    assert "of_eve" not in client.session


def test_login_is_a_sign_in_of_the_account(client: Client) -> None:
    user = shopper()

    client.post(LOGIN, RIGHT, headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.9")

    row = UserSession.objects.get(user=user)
    assert client.session["sign_in"] == str(row.family)
    assert (row.device, row.ip) == ("Firefox on Linux", "203.0.113.9")


def test_who_has_not_verified_is_offered_the_link_again(client: Client) -> None:
    registered()

    response = client.post(LOGIN, RIGHT)

    assert response.status_code == 403
    assert 'href="/accounts/verify/"' in response.content.decode()
    assert not is_in(client)


def test_too_many_tries_say_when_to_come_back(client: Client) -> None:
    shopper()
    for _ in range(10):
        client.post(LOGIN, {**RIGHT, "password": "wrong"})

    response = client.post(LOGIN, RIGHT)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 90
    assert "Too many tries" in words(response)
    assert not is_in(client)


def test_login_needs_the_token_of_its_page() -> None:
    shopper()
    client = Client(enforce_csrf_checks=True)

    response = client.post(LOGIN, RIGHT, headers={"Origin": "https://elsewhere.example"})

    assert response.status_code == 403
    assert not is_in(client)


def test_the_page_is_kept_nowhere(client: Client) -> None:
    response = client.get(LOGIN)

    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert 'autocomplete="current-password"' in response.content.decode()


def test_number_of_queries_of_a_login(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shopper()

    with django_assert_num_queries(16):
        client.post(LOGIN, RIGHT)


def test_logout_is_a_form(client: Client) -> None:
    client.force_login(factories.UserFactory.create())

    assert client.get("/accounts/logout/").status_code == 405
    response = client.post("/accounts/logout/")

    assert response["Location"] == "/"
    assert not is_in(client)


def test_logout_ends_the_session_and_the_sign_in(client: Client) -> None:
    shopper()
    client.post(LOGIN, RIGHT)
    copied = Client()
    copied.cookies[the_shops.SESSION_COOKIE_NAME] = client.cookies[
        the_shops.SESSION_COOKIE_NAME
    ].value

    client.post("/accounts/logout/")

    assert UserSession.objects.get().revoked_at is not None
    assert copied.get("/account/").status_code == 302


def test_logout_needs_the_token_of_its_page() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(shopper())

    assert client.post("/accounts/logout/").status_code == 403

    assert is_in(client)


def test_a_deactivated_account_is_out_at_once(client: Client) -> None:
    shopper()
    client.post(LOGIN, RIGHT)
    User.objects.update(is_active=False)

    assert client.get("/account/").status_code == 302
