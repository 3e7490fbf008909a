"""The account page of second factors."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import commands as accounts
from accounts.models import RecoveryCode, TotpDevice, User
from accounts.queries import has_factor
from tests import factories, staff
from tests.storefront import words

pytestmark = pytest.mark.django_db
PAGE = "/account/second-factor/"
LOGIN = "/accounts/login/"
PASSWORD = "correct horse battery"
FORMS = ["app/new/", "codes/", "passkey/", "passkey/options/", "remove/"]


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


@pytest.fixture
def browser(user: User) -> Client:
    return staff.signed_in(user)


def set_up_app(browser: Client) -> Any:
    """Scan the key the page shows and type the first code."""
    browser.post(f"{PAGE}app/new/")
    device = TotpDevice.objects.get(confirmed=False)
    return browser.post(f"{PAGE}app/", {"code": staff.code_of(device)})


def test_a_shopper_sets_up_an_app(browser: Client, user: User) -> None:
    response = set_up_app(browser)

    assert response.status_code == 200
    assert words(response).count("-") >= 50
    assert has_factor(user)
    assert "You have 10 codes left." in words(browser.get(PAGE))


def test_shows_the_key_as_picture_and_text(browser: Client) -> None:
    browser.post(f"{PAGE}app/new/")
    device = TotpDevice.objects.get()

    page = browser.get(f"{PAGE}app/")

    assert device.secret in words(page)
    assert '<img src="data:image/svg+xml' in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_shows_no_key_once_it_is_in_use(browser: Client) -> None:
    set_up_app(browser)

    assert browser.get(f"{PAGE}app/")["Location"] == PAGE


def test_says_when_the_first_code_is_wrong(browser: Client, user: User) -> None:
    browser.post(f"{PAGE}app/new/")

    response = browser.post(f"{PAGE}app/", {"code": "wrong"})

    assert response.status_code == 401
    assert not has_factor(user)


def test_looking_changes_nothing(browser: Client) -> None:
    for path in ("", "app/", *FORMS):
        browser.get(PAGE + path)

    assert not TotpDevice.objects.exists()


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_sent_not_opened(browser: Client, form: str) -> None:
    assert browser.get(PAGE + form).status_code == 405


def test_removes_what_is_named(browser: Client, user: User) -> None:
    set_up_app(browser)

    response = browser.post(f"{PAGE}remove/", {"factor": str(TotpDevice.objects.get().pk)})

    assert response["Location"] == PAGE
    assert not has_factor(user)


@pytest.mark.parametrize("factor", ["", "x", "0" * 32, "\0"])
def test_removes_nothing_else(browser: Client, user: User, factor: str) -> None:
    set_up_app(browser)

    assert browser.post(f"{PAGE}remove/", {"factor": factor}).status_code == 404
    assert has_factor(user)


def test_says_why_staff_keep_their_last() -> None:
    user = staff.employee()
    browser = staff.signed_in(user)

    response = browser.post(f"{PAGE}remove/", {"factor": str(staff.app_of(user).pk)})

    assert response.status_code == 409
    assert "Please add another one before you remove this." in words(response)
    assert has_factor(user)


def test_shows_new_recovery_codes_once(browser: Client) -> None:
    set_up_app(browser)
    before = set(RecoveryCode.objects.values_list("code_hash", flat=True))

    response = browser.post(f"{PAGE}codes/")

    assert words(response).count("-") >= 50
    assert "no-store" in response["Cache-Control"]
    assert not before & set(RecoveryCode.objects.values_list("code_hash", flat=True))


@pytest.mark.parametrize("form", FORMS)
def test_changes_need_a_recent_proof(browser: Client, user: User, form: str) -> None:
    set_up_app(browser)
    device = TotpDevice.objects.get()
    codes = set(RecoveryCode.objects.values_list("code_hash", flat=True))
    staff.a_while_ago(browser)

    response = browser.post(PAGE + form, {"factor": str(device.pk), "name": "Phone"})

    assert response["Location"] == "/accounts/prove/?next=%2Faccount%2Fsecond-factor%2F&undone=1"
    assert TotpDevice.objects.get() == device
    assert set(RecoveryCode.objects.values_list("code_hash", flat=True)) == codes


@pytest.mark.parametrize("form", ["", "app/", *FORMS])
def test_opens_to_nobody_unknown(client: Client, form: str) -> None:
    response = client.get(PAGE + form) if form not in FORMS else client.post(PAGE + form)

    assert (response.status_code, response["Location"]) == (303, LOGIN)


@pytest.mark.parametrize("form", FORMS)
def test_a_session_without_the_factor_changes_nothing(user: User, form: str) -> None:
    device = staff.app_of(user)
    browser = staff.signed_in(user)

    response = browser.post(PAGE + form, {"factor": str(device.pk)})

    assert response["Location"] == f"/accounts/code/?next={PAGE}"
    assert TotpDevice.objects.get() == device


# --- staff who have none yet --------------------------------------------------------------------


@pytest.fixture
def newcomer(client: Client) -> Client:
    """Somebody of staff without a factor, who has just typed the password."""
    user = staff.owner()
    response = client.post(
        LOGIN, {"username": user.email, "password": PASSWORD, "next": "/admin/orders/order/"}
    )
    assert (response.status_code, response["Location"]) == (303, PAGE)
    return client


def test_staff_without_a_factor_see_only_enrolment(newcomer: Client) -> None:
    assert newcomer.get(PAGE).status_code == 200
    assert "_auth_user_id" not in newcomer.session
    for closed in ("/account/", "/account/orders/", "/account/password/"):
        assert newcomer.get(closed)["Location"].startswith(LOGIN), closed
    for closed in ("/admin/", "/admin/orders/order/", "/admin/health/"):
        assert newcomer.get(closed)["Location"] == f"/admin/login/?next={closed}", closed


def test_staff_are_in_as_soon_as_they_enrolled(newcomer: Client) -> None:
    response = set_up_app(newcomer)

    assert 'href="/admin/orders/order/"' in response.content.decode()
    assert newcomer.get("/admin/orders/order/").status_code == 200


def test_enrolling_doesnt_lead_past_a_factor_made_meanwhile(newcomer: Client) -> None:
    user = User.objects.get()
    accounts.give_totp(user_id=user.pk)

    response = newcomer.post(f"{PAGE}app/new/")

    assert response["Location"] == LOGIN
    assert not TotpDevice.objects.filter(confirmed=False).exists()


def test_the_page_takes_a_fixed_number_of_queries(
    browser: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    set_up_app(browser)

    with django_assert_num_queries(6):
        browser.get(PAGE)
