from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from accounts import commands
from accounts.models import User, UserSession
from accounts.queries import SIGN_IN, revoked_key
from tests import factories
from tests.api.people import AppUser, on_a_device

# Told after the commit.
pytestmark = pytest.mark.django_db(transaction=True)
MINE = "/account/orders/"


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create()


def browser_of(user: User) -> Client:
    """A browser that is signed in as one of the account's devices."""
    browser = Client()
    browser.force_login(user)
    signed_in = commands.sign_in(user_id=user.pk, device="", ip=None, is_browser=True)
    session = browser.session
    session[SIGN_IN] = str(signed_in.family)
    session.save()
    return browser


def family_of(browser: Client) -> Any:
    return browser.session[SIGN_IN]


def is_in(browser: Client) -> bool:
    return browser.get(MINE).status_code == 200


def test_a_session_lasts_as_long_as_its_sign_in(user: User) -> None:
    browser, other = browser_of(user), browser_of(user)
    assert (is_in(browser), is_in(other)) == (True, True)

    commands.revoke_family(user_id=user.pk, family=family_of(browser), by=user.pk)

    assert (is_in(browser), is_in(other)) == (False, True)


def test_a_session_that_ended_is_gone_for_good(user: User) -> None:
    browser = browser_of(user)
    key, family = browser.session.session_key, family_of(browser)
    commands.sign_out(family=family)

    browser.get(MINE)
    cache.delete(revoked_key(family))

    store = import_module(settings.SESSION_ENGINE).SessionStore
    assert not store().exists(key)
    assert not is_in(browser)


def test_an_app_signs_browsers_out(user: User) -> None:
    browser = browser_of(user)
    phone: AppUser = on_a_device(user, "Phone")

    answer = Client().delete(
        f"/api/v1/auth/sessions/{family_of(browser)}/",
        headers={"Authorization": f"Bearer {phone.access}"},
    )

    assert answer.status_code == 204
    assert not is_in(browser)


def test_a_form_of_an_ended_session_changes_nothing(user: User) -> None:
    browser = browser_of(user)
    commands.sign_out(family=family_of(browser))

    response = browser.post(
        "/account/profile/", {"first_name": "Eve", "last_name": "", "phone": ""}
    )

    assert (response.status_code, response["Location"]) == (
        302,
        "/accounts/login/?next=/account/profile/",
    )
    assert User.objects.get(pk=user.pk).first_name == "Sam"


def test_whoever_signs_in_again_is_in_again(user: User) -> None:
    browser = browser_of(user)
    commands.sign_out(family=family_of(browser))
    browser.get(MINE)

    browser.force_login(user)

    assert is_in(browser)


def test_a_session_costs_no_query_more(user: User, django_assert_num_queries: Any) -> None:
    plain, browser = Client(), browser_of(user)
    plain.force_login(user)

    plain.get(MINE)  # the menu is kept from now on

    # The person; begin, who, the page of orders, commit.
    for each in (plain, browser):
        with django_assert_num_queries(5):
            each.get(MINE)


def test_a_page_for_everybody_asks_nothing(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("accounts.middleware.revoked_key", lambda family: asked.append(family))

    answer = browser_of(user).get("/")

    assert (answer.status_code, asked) == (200, [])


def test_a_session_has_an_end_however_often_it_is_used(user: User) -> None:
    browser = Client()
    login = {"username": user.email, "password": "correct horse battery"}
    browser.post("/accounts/login/", login)
    row = UserSession.objects.get()

    session = browser.session
    session["anything"] = "written"
    session.save()

    assert session.get_expiry_date() == row.expires_at
    assert abs(row.expires_at - row.created_at - timedelta(days=14)) < timedelta(minutes=1)
