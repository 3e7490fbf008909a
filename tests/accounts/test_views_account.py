import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests.accounts.links import EMAIL, PASSWORD, shopper
from tests.books import books
from tests.storefront import words

pytestmark = pytest.mark.django_db
PAGES = ["", "profile/", "email/", "password/", "devices/", "orders/", "data/", "close/"]


@pytest.fixture
def client() -> Client:
    """Ada's browser."""
    client = Client()
    client.force_login(shopper())
    return client


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["", "/de"])
def test_every_page_leads_to_every_other(client: Client, language: str, page: str) -> None:
    response = client.get(f"{language}/account/{page}")

    text = response.content.decode()
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    for other in PAGES:
        assert f'href="{language}/account/{other}"' in text
    assert text.count('aria-current="page"') == 1
    assert f'href="{language}/account/{page}" aria-current="page"' in text
    assert "<script>" not in text
    assert " style=" not in text


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_for_a_login(page: str) -> None:
    response = Client().get(f"/account/{page}")

    assert response["Location"] == f"/accounts/login/?next=/account/{page}"


@pytest.mark.parametrize("page", ["", "profile/", "email/", "password/", "close/"])
def test_number_of_queries(
    client: Client, page: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(f"/account/{page}")

    with django_assert_num_queries(1):  # who it is; the menu is kept
        client.get(f"/account/{page}")


def test_the_overview_says_whose_it_is(client: Client) -> None:
    said = words(client.get("/account/"))

    assert "Hello, Sam" in said
    assert EMAIL in said


def test_a_name_is_never_markup(client: Client) -> None:
    client.post("/account/profile/", {"first_name": "<b>Ada</b>", "last_name": "", "phone": ""})

    text = client.get("/account/").content.decode()

    assert "Hello, &lt;b&gt;Ada&lt;/b&gt;" in text


def test_profile_is_saved(client: Client) -> None:
    form = {"first_name": "Ada", "last_name": "Byron", "phone": "+1 212 555 0100"}

    response = client.post("/account/profile/", form)

    assert (response.status_code, response["Location"]) == (303, "/account/profile/")
    user = User.objects.get()
    assert (user.first_name, user.last_name, user.phone) == ("Ada", "Byron", "+12125550100")
    assert "Saved." in words(client.get("/account/profile/"))
    assert 'value="+12125550100"' in client.get("/account/profile/").content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"phone": "555"}, "Please enter a phone number with its country code"),
        ({"phone": "+1\0"}, "Null characters are not allowed."),
        ({"phone": "+" + "1" * 40}, "at most 30 characters"),
        ({"first_name": "x" * 101}, "at most 100 characters"),
        ({"last_name": "\x07"}, "without control characters"),
    ],
)
def test_odd_input_changes_nothing(client: Client, fields: dict[str, str], sentence: str) -> None:
    before = books()
    form = {"first_name": "Eve", "last_name": "", "phone": "", **fields}

    response = client.post("/account/profile/", form)

    assert response.status_code == 400
    assert sentence in words(response)
    assert books() == before


def test_nobody_changes_more_than_name_and_phone(client: Client) -> None:
    more = {"email": "eve@example.com", "role": "admin", "is_superuser": "1", "id": "1"}

    client.post("/account/profile/", {"first_name": "Ada", "last_name": "", "phone": "", **more})

    user = User.objects.get()
    assert (user.email, user.role, user.is_superuser) == (EMAIL, "customer", False)


def test_closing_needs_the_password(client: Client) -> None:
    before = books()

    for old in ("", "wrong", "x" * 1001):
        assert client.post("/account/close/", {"old": old}).status_code == 400

    assert books() == before
    assert client.get("/account/").status_code == 200


def test_closing_ends_the_account_and_the_session(client: Client) -> None:
    response = client.post("/account/close/", {"old": PASSWORD})

    assert (response.status_code, response["Location"]) == (303, "/accounts/login/")
    assert "Your account is closed." in words(client.get("/accounts/login/"))
    user = User.objects.get()
    assert (user.is_active, user.deleted_at is None) == (False, False)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("page", ["profile/", "close/", "devices/"])
def test_forms_need_the_token_of_their_page(page: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(shopper())
    before = books()

    response = client.post(f"/account/{page}", {"old": PASSWORD, "first_name": "Eve"})

    assert response.status_code == 403
    assert books() == before
