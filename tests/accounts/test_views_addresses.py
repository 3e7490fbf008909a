from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User, UserAddress
from tests import factories
from tests.accounts.addresses import BROADWAY, address_of
from tests.staff import text_of

pytestmark = pytest.mark.django_db
BOOK = "/account/addresses/"
NEW = f"{BOOK}new/"
FORM = {**{name: text for name, text in BROADWAY.items() if name != "country_code"}}


@pytest.fixture
def user(client: Client) -> User:
    """Somebody who is logged in."""
    user = factories.UserFactory.create()
    client.force_login(user)
    return user


def send(client: Client, address: str = f"{NEW}?country=US", **changes: Any) -> Any:
    return client.post(address, {**FORM, "address_type": "shipping", **changes})


def test_lists_the_book(
    client: Client, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address_of(user, company="Engines")
    address_of(user, address_type="billing", city="Albany", postal_code="12207")
    address_of(factories.UserFactory.create(), city="Buffalo", postal_code="14201")

    # Begin, for whom, who, the addresses, the menu, end.
    with django_assert_num_queries(6):
        response = client.get(BOOK)

    words = text_of(response)
    assert "For parcels First choice Ada Byron Engines 1 Main Street New York, NY 10001" in words
    assert "For invoices First choice Ada Byron 1 Main Street Albany" in words
    assert "United States +12125550100" in words
    assert "Buffalo" not in words
    assert "no-store" in response["Cache-Control"]


def test_says_that_the_book_is_empty(client: Client, user: User) -> None:
    assert "No addresses yet." in text_of(client.get(BOOK))


@pytest.mark.parametrize("address", [NEW, f"{NEW}?country=", f"{NEW}?country=XX"])
def test_asks_for_the_country_first(client: Client, user: User, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 200
    assert "In which country is it?" in text_of(response)
    assert '<option value="DE">Germany</option>' in response.content.decode()
    assert 'name="city"' not in response.content.decode()


@pytest.mark.parametrize(
    ("country", "labels", "missing"),
    [
        ("US", ["City", "State", "ZIP code"], []),
        ("DE", ["Postcode", "City"], ["State", "Region", "Province"]),
        ("GB", ["Town", "Postcode"], ["County", "State"]),
        ("SG", ["Postcode"], ["City", "Province"]),
        ("HK", ["District", "Area"], ["Postcode"]),
    ],
)
def test_asks_for_what_the_country_needs(
    client: Client, user: User, country: str, labels: list[str], missing: list[str]
) -> None:
    html = client.get(NEW, {"country": country}).content.decode()

    places = [html.index(f">{label}<") for label in labels]
    assert places == sorted(places)
    assert not [label for label in missing if f">{label}" in html]


def test_saves_an_address(client: Client, user: User) -> None:
    response = send(client)

    assert (response.status_code, response["Location"]) == (303, BOOK)
    row = UserAddress.objects.get()
    assert (row.user_id, row.state, row.phone) == (user.pk, "NY", "+12125550100")


@pytest.mark.parametrize(
    ("field", "written", "sentence"),
    [
        ("last_name", "", "Please fill this in."),
        ("state", "", "Please choose one of the list."),
        ("state", "Bavaria", "Please choose one of the list."),
        ("postal_code", "1", "Please enter a ZIP code like 10000."),
        ("phone", "555", "Please enter a phone number like (201) 555-0123."),
        ("city", "x" * 10_000, "Please shorten this to 100 characters."),
        ("address_line_1", "\0", "Null characters are not allowed."),
        ("address_type", "holiday", "Select a valid choice."),
    ],
)
def test_a_mistake_is_named_at_its_field_and_nothing_is_saved(
    client: Client, user: User, field: str, written: str, sentence: str
) -> None:
    response = send(client, **{field: written})

    assert response.status_code == 400
    assert sentence in text_of(response)
    assert 'value="1 Main Street"' in response.content.decode() or field == "address_line_1"
    assert not UserAddress.objects.exists()


def test_a_country_that_is_none_saves_nothing(client: Client, user: User) -> None:
    response = send(client, f"{NEW}?country=XX")

    assert response.status_code == 200
    assert "In which country is it?" in text_of(response)
    assert not UserAddress.objects.exists()


def test_changes_an_address(client: Client, user: User) -> None:
    row = address_of(user)
    page = client.get(f"{BOOK}{row.pk}/")

    response = send(client, f"{BOOK}{row.pk}/?country=US", city="Albany", postal_code="12207")

    assert 'value="New York"' in page.content.decode()
    assert '<option value="NY" selected>' in page.content.decode()
    assert response.status_code == 303
    row.refresh_from_db()
    assert (row.city, row.postal_code) == ("Albany", "12207")


def test_another_country_brings_its_fields(client: Client, user: User) -> None:
    row = address_of(user)

    html = client.get(f"{BOOK}{row.pk}/?country=DE").content.decode()

    assert 'name="state"' not in html
    assert ">Postcode<" in html


def test_makes_an_address_the_default(client: Client, user: User) -> None:
    address_of(user)
    second = address_of(user)

    response = client.post(BOOK, {"address": str(second.pk), "action": "default"})

    assert response.status_code == 303
    second.refresh_from_db()
    assert second.is_default


def test_removes_an_address(client: Client, user: User) -> None:
    row = address_of(user)

    response = client.post(BOOK, {"address": str(row.pk), "action": "remove"}, follow=True)

    assert "The address is removed." in text_of(response)
    assert "No addresses yet." in text_of(response)


@pytest.mark.parametrize("action", ["default", "remove"])
def test_does_nothing_to_somebody_elses(client: Client, user: User, action: str) -> None:
    other = factories.UserFactory.create()
    address_of(other)
    row = address_of(other)

    for named in (str(row.pk), str(uuid4()), "nothing", "\0", ""):
        response = client.post(BOOK, {"address": named, "action": action})
        assert response.status_code == 404

    row.refresh_from_db()
    assert (row.deleted_at, row.is_default) == (None, False)


def test_shows_and_changes_nothing_of_somebody_else(client: Client, user: User) -> None:
    row = address_of(factories.UserFactory.create())

    assert client.get(f"{BOOK}{row.pk}/").status_code == 404
    assert send(client, f"{BOOK}{row.pk}/", city="Albany").status_code == 404

    row.refresh_from_db()
    assert row.city == "New York"


@pytest.mark.parametrize("address", [BOOK, NEW, f"{BOOK}00000000-0000-7000-8000-000000000000/"])
def test_is_for_who_is_logged_in(address: str) -> None:
    response = Client().get(address)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/account/addresses/")
