"""The account's pages about one's own data."""

import json
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import ErasureLog, User
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.accounts.letters import letters
from tests.books import books
from tests.privacy.marks import PASSWORD
from tests.rules.rows import row
from tests.storefront import words

pytestmark = pytest.mark.django_db
DATA, EXPORT, ERASE = "/account/data/", "/account/data/export/", "/account/data/delete/"


@pytest.fixture
def ada(db: None) -> User:
    return factories.UserFactory.create(email="ada@example.com", first_name="Ada")


@pytest.fixture
def client(ada: User) -> Client:
    return staff.signed_in(ada)


@pytest.mark.parametrize("language", ["", "/de"])
@pytest.mark.parametrize("page", [DATA, ERASE])
def test_pages_lead_on(client: Client, page: str, language: str) -> None:
    response = client.get(language + page)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    assert f'href="{language}/account/data/"' in main
    assert (f'href="{language}{ERASE}"' in main) == (page == DATA)


@pytest.mark.parametrize("page", [DATA, ERASE])
def test_number_of_queries(
    client: Client, page: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(page)

    with django_assert_num_queries(1):  # who it is; the menu is kept
        client.get(page)


@pytest.mark.parametrize("page", [DATA, EXPORT, ERASE])
def test_ask_for_a_login(page: str) -> None:
    response = Client().post(page) if page == EXPORT else Client().get(page)

    assert response["Location"] == f"/accounts/login/?next={page}"


def test_says_what_is_kept_and_for_how_long(client: Client, settings: Settings) -> None:
    settings.TAX_RECORDS_KEPT_YEARS = 8

    said = words(client.get(ERASE))

    assert "for 8 years after the end of the year" in said
    assert "This can't be undone." in said


def test_downloads_a_file(client: Client, ada: User) -> None:
    response = client.post(EXPORT)

    document = json.loads(b"".join(response))
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    assert [account["email"] for account in document["tables"]["users"]] == ["ada@example.com"]
    assert AuditLog.objects.get(action="export").user_id == ada.pk


def test_downloads_ten_times_an_hour(client: Client, ada: User) -> None:
    for _ in range(10):
        b"".join(client.post(EXPORT))

    response = client.post(EXPORT)

    assert response.status_code == 429
    assert "Too many tries. Please wait a moment." in unescape(response.content.decode())
    assert AuditLog.objects.filter(action="export").count() == 10


def test_downloads_nothing_by_a_link(client: Client) -> None:
    assert client.get(EXPORT).status_code == 405
    assert not AuditLog.objects.filter(action="export").exists()


def test_downloads_nothing_long_after_the_login(client: Client) -> None:
    response = staff.a_while_ago(client).post(EXPORT)

    assert response.status_code == 303
    assert response["Location"].startswith("/accounts/prove/?")
    assert not AuditLog.objects.filter(action="export").exists()


def test_erases_and_says_goodbye(client: Client, ada: User) -> None:
    response = client.post(ERASE, {"old": PASSWORD})

    assert (response.status_code, response["Location"]) == (303, "/accounts/login/")
    assert "Your account and your data are erased." in words(client.get("/accounts/login/"))
    assert "_auth_user_id" not in client.session
    ada.refresh_from_db()
    assert (ada.email, ada.first_name) == (f"erased-{ada.pk}@invalid", "")
    [letter] = letters()
    assert (letter.kind, letter.to, letter.facts) == (
        "accounts/erased",
        "ada@example.com",
        {"years": 10},
    )


@pytest.mark.parametrize("old", ["", "wrong", "x" * 1001, "a\0b"])
def test_erases_nothing_without_the_password(client: Client, ada: User, old: str) -> None:
    before = books()

    response = client.post(ERASE, {"old": old})

    assert response.status_code == 400
    assert books() == before
    assert not ErasureLog.objects.exists()
    assert client.get(DATA).status_code == 200


def test_erases_nothing_while_an_order_is_open(client: Client, ada: User) -> None:
    row("orders", user_id=ada.pk)
    before = books()

    response = client.post(ERASE, {"old": PASSWORD})

    assert response.status_code == 409
    assert "One of your orders isn't finished yet" in unescape(response.content.decode())
    assert books() == before
    assert client.get(DATA).status_code == 200


@pytest.mark.parametrize("page", [EXPORT, ERASE])
def test_forms_need_the_token_of_their_page(ada: User, page: str) -> None:
    client = staff.signed_in(ada, enforce_csrf_checks=True)

    assert client.post(page, {"old": PASSWORD}).status_code == 403

    assert not ErasureLog.objects.exists()
    assert not AuditLog.objects.filter(action="export").exists()
