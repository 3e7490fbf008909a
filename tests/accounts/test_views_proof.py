"""Asked again, before something sensitive."""

from time import time

import pytest
from django.test import Client

from accounts.models import User
from shopflow.lib.proof import PROVED_AT
from tests import factories, staff
from tests.storefront import words

pytestmark = pytest.mark.django_db
PAGE = "/accounts/prove/"
PASSWORD = "correct horse battery"


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


@pytest.fixture
def browser(user: User) -> Client:
    """Somebody who came in a while ago."""
    return staff.a_while_ago(staff.signed_in(user))


def test_takes_the_password_and_leads_back(browser: Client) -> None:
    response = browser.post(f"{PAGE}?next=/account/orders/", {"answer": PASSWORD})

    assert (response.status_code, response["Location"]) == (303, "/account/orders/")
    assert time() - browser.session[PROVED_AT] < 60


def test_takes_a_code_of_the_app(browser: Client, user: User) -> None:
    browser.post(PAGE, {"answer": staff.code_of(staff.app_of(user))})

    assert time() - browser.session[PROVED_AT] < 60


@pytest.mark.parametrize(
    ("answer", "status"), [("wrong", 400), ("123456", 401), ("", 400), ("\0", 400), (None, 400)]
)
def test_takes_nothing_else(browser: Client, answer: str | None, status: int) -> None:
    before = browser.session[PROVED_AT]

    response = browser.post(PAGE, {} if answer is None else {"answer": answer})

    assert response.status_code == status
    assert browser.session[PROVED_AT] == before


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "x:y"])
def test_never_leads_to_another_site(browser: Client, target: str) -> None:
    assert browser.post(f"{PAGE}?next={target}", {"answer": PASSWORD})["Location"] == "/"


def test_says_that_a_form_was_not_done(browser: Client) -> None:
    sentence = "Nothing was done yet."

    assert sentence in words(browser.get(f"{PAGE}?next=/&undone=1"))
    assert sentence not in words(browser.get(f"{PAGE}?next=/"))


def test_asks_only_who_is_inside(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    assert client.post(PAGE, {"answer": PASSWORD}).status_code == 302
