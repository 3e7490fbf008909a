import pytest
from django.test import Client

from tests import factories
from tests.storefront import words

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PASSWORD = "correct horse battery"


def test_login_leads_where_somebody_was_going(client: Client) -> None:
    user = factories.UserFactory.create(email="sam@example.com")

    data = {"username": "Sam@Example.com", "password": PASSWORD, "next": "/account/orders/"}
    response = client.post(LOGIN, data)

    assert (response.status_code, response["Location"]) == (302, "/account/orders/")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x"]
)
def test_login_never_leads_to_another_site(client: Client, target: str) -> None:
    factories.UserFactory.create(email="sam@example.com")

    data = {"username": "sam@example.com", "password": PASSWORD, "next": target}
    response = client.post(LOGIN, data)

    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("sam@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("sam@example.com\0", "x")],
)
def test_wrong_password_and_unknown_e_mail_read_the_same(
    client: Client, email: str, password: str
) -> None:
    factories.UserFactory.create(email="sam@example.com")

    response = client.post(LOGIN, {"username": email, "password": password})

    assert "_auth_user_id" not in client.session
    if "\0" not in email:
        assert "E-mail and password don't match. Please try again." in words(response)


def test_logout_is_a_form(client: Client) -> None:
    client.force_login(factories.UserFactory.create())

    assert client.get("/accounts/logout/").status_code == 405
    response = client.post("/accounts/logout/")

    assert response["Location"] == "/"
    assert "_auth_user_id" not in client.session
