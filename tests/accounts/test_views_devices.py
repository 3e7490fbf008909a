import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import commands
from accounts.models import User, UserSession
from accounts.queries import live_sign_ins
from tests.accounts.links import EMAIL, PASSWORD, shopper
from tests.storefront import words

PAGE = "/account/devices/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"


def browser(agent: str = FIREFOX, email: str = EMAIL) -> Client:
    """Somebody who has just logged in."""
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"username": email, "password": PASSWORD})
    assert "sign_in" in client.session
    return client


@pytest.mark.django_db
def test_lists_browsers_and_apps_and_says_which_one_this_is() -> None:
    user = shopper()
    commands.sign_in(user_id=user.pk, device="Ada's phone", ip="203.0.113.9")
    browser(IPHONE)

    said = words(browser().get(PAGE))

    for device in ("Firefox on Linux", "Safari on iPhone", "Ada's phone"):
        assert device in said
    assert said.count("Sign out Safari on iPhone") == said.count("Sign out Ada's phone") == 1
    assert "Sign out Firefox on Linux" not in said
    assert "203.0.113.9" in said
    assert said.count("This one") == 1


@pytest.mark.django_db(transaction=True)
def test_signs_one_out() -> None:
    user = shopper()
    here, there, elsewhere = browser(), browser(IPHONE), browser("other")
    family = there.session["sign_in"]

    response = here.post(PAGE, {"sign_in": family})

    assert (response.status_code, response["Location"]) == (303, PAGE)
    assert there.get(PAGE).status_code == 302
    assert [client.get(PAGE).status_code for client in (here, elsewhere)] == [200, 200]
    assert family not in {str(row.family) for row in live_sign_ins(user.pk)}


@pytest.mark.django_db(transaction=True)
def test_signs_all_others_out() -> None:
    user = shopper()
    here, there = browser(), browser(IPHONE)
    commands.sign_in(user_id=user.pk, device="Ada's phone", ip=None)

    here.post(PAGE, {"sign_in": "others"})

    assert there.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == 200
    assert [str(row.family) for row in live_sign_ins(user.pk)] == [here.session["sign_in"]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sign_in", ["", "x", "\0", "../", "01890000-0000-7000-8000-000000000000", "x" * 5000]
)
def test_an_unknown_one_is_refused(sign_in: str) -> None:
    shopper()

    response = browser().post(PAGE, {"sign_in": sign_in})

    assert response.status_code == 404
    assert UserSession.objects.get().revoked_at is None


@pytest.mark.django_db
def test_nobody_signs_another_out() -> None:
    shopper()
    shopper("eve@example.com")
    victim = browser()

    response = browser(email="eve@example.com").post(PAGE, {"sign_in": victim.session["sign_in"]})

    assert response.status_code == 404
    assert victim.get(PAGE).status_code == 200
    ada = User.objects.get(email=EMAIL)
    assert UserSession.objects.get(user=ada).revoked_at is None


@pytest.mark.django_db
def test_number_of_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = shopper()
    client = browser()
    client.get(PAGE)

    for _ in range(2):
        commands.sign_in(user_id=user.pk, device="Ada's phone", ip=None)
        with django_assert_num_queries(2):  # who it is, the sign-ins
            client.get(PAGE)
