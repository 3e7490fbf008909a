from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import UserAddress
from tests.accounts.addresses import BERLIN, BROADWAY, address_of
from tests.api.people import AppUser, app_user
from tests.api.shop import send

pytestmark = pytest.mark.django_db
BOOK = "me/addresses/"


@pytest.fixture
def ada() -> AppUser:
    return app_user()


def ask(client: Client, who: AppUser, method: str, path: str = BOOK, body: Any = None) -> Any:
    return send(client, method, path, body, access=who.access)


def test_adds_an_address(client: Client, ada: AppUser) -> None:
    response = ask(client, ada, "POST", body=BROADWAY)

    assert response.status_code == 201
    document = response.json()
    row = UserAddress.objects.get()
    assert document.pop("created_at")
    assert document == {
        "id": str(row.pk),
        "address_type": "shipping",
        "first_name": "Ada",
        "last_name": "Byron",
        "company": "",
        "address_line_1": "1 Main Street",
        "address_line_2": "",
        "city": "New York",
        "state": "NY",
        "postal_code": "10001",
        "country_code": "US",
        "phone": "+12125550100",
        "is_default": True,
    }
    assert row.user_id == ada.user.pk


def test_lists_page_by_page(
    client: Client, ada: AppUser, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [address_of(ada.user) for _ in range(3)]
    address_of(app_user("bob@example.com").user)

    # Who asks; begin, for whom, the page, end.
    with django_assert_num_queries(5):
        first = ask(client, ada, "GET", f"{BOOK}?limit=2").json()
    second = client.get(first["next"], headers={"Authorization": f"Bearer {ada.access}"}).json()

    assert [entry["id"] for entry in first["results"]] == [str(rows[2].pk), str(rows[1].pk)]
    assert [entry["id"] for entry in second["results"]] == [str(rows[0].pk)]
    assert second["next"] is None


def test_shows_one(client: Client, ada: AppUser) -> None:
    row = address_of(ada.user)

    assert ask(client, ada, "GET", f"{BOOK}{row.pk}/").json()["id"] == str(row.pk)


def test_changes_what_is_named(client: Client, ada: AppUser) -> None:
    row = address_of(ada.user)
    body = {"city": "Albany", "postal_code": "12207", "address_type": "billing"}

    document = ask(client, ada, "PATCH", f"{BOOK}{row.pk}/", body).json()

    assert (document["city"], document["state"], document["address_type"]) == (
        "Albany",
        "NY",
        "billing",
    )


def test_makes_it_the_default(client: Client, ada: AppUser) -> None:
    first, second = address_of(ada.user), address_of(ada.user)

    ask(client, ada, "PATCH", f"{BOOK}{second.pk}/", {"is_default": True})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)


def test_removes_one(client: Client, ada: AppUser) -> None:
    row = address_of(ada.user)

    response = ask(client, ada, "DELETE", f"{BOOK}{row.pk}/")

    assert (response.status_code, response.content) == (204, b"")
    assert ask(client, ada, "GET").json()["results"] == []
    assert ask(client, ada, "GET", f"{BOOK}{row.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({**BROADWAY, "country_code": "XX"}, "address_invalid", "/country_code"),
        ({**BROADWAY, "country_code": "us"}, "invalid", "/country_code"),
        ({**BROADWAY, "state": ""}, "address_invalid", "/state"),
        ({**BROADWAY, "state": "Bavaria"}, "address_invalid", "/state"),
        ({**BROADWAY, "postal_code": "90210"}, "address_invalid", "/postal_code"),
        ({**BERLIN, "postal_code": "SW1A 1AA"}, "address_invalid", "/postal_code"),
        ({**BROADWAY, "phone": "555"}, "address_invalid", "/phone"),
        ({**BROADWAY, "city": "x" * 10_000}, "invalid", "/city"),
        ({**BROADWAY, "city": "\0"}, "invalid", "/city"),
        ({**BROADWAY, "city": None}, "invalid", "/city"),
        ({**BROADWAY, "city": ["New York"]}, "invalid", "/city"),
        ({**BROADWAY, "first_name": ""}, "invalid", "/first_name"),
        ({**BROADWAY, "address_type": "holiday"}, "invalid", "/address_type"),
        ({**BROADWAY, "is_default": "perhaps"}, "invalid", "/is_default"),
        ({**BROADWAY, "user": str(uuid4())}, "unknown_field", "/user"),
        ({**BROADWAY, "user_id": str(uuid4())}, "unknown_field", "/user_id"),
        ({**BROADWAY, "deleted_at": None}, "unknown_field", "/deleted_at"),
        ({}, "invalid", "/first_name"),
        ([BROADWAY], "invalid", ""),
    ],
)
def test_says_what_is_wrong_and_saves_nothing(
    client: Client, ada: AppUser, body: Any, code: str, pointer: str
) -> None:
    response = ask(client, ada, "POST", body=body)

    assert response.status_code == 400
    document = response.json()
    assert document["code"] == code
    assert pointer in [error["pointer"] for error in document["errors"]]
    assert not UserAddress.objects.exists()


def test_knows_nothing_of_somebody_elses(client: Client, ada: AppUser) -> None:
    row = address_of(app_user("bob@example.com").user)
    before = UserAddress.objects.values().get()

    for method, body in (("GET", None), ("PATCH", {"city": "Albany"}), ("DELETE", None)):
        response = ask(client, ada, method, f"{BOOK}{row.pk}/", body)
        assert response.status_code == 404
        assert response.json()["code"] == "address_not_found"

    assert UserAddress.objects.values().get() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_wants_a_token(client: Client, method: str) -> None:
    response = send(client, method, BOOK, BROADWAY if method == "POST" else None)

    assert response.status_code == 401
    assert not UserAddress.objects.exists()


def test_a_full_book_is_said(client: Client, ada: AppUser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.commands.addresses.MOST", 1)
    address_of(ada.user)

    response = ask(client, ada, "POST", body=BROADWAY)

    assert (response.status_code, response.json()["code"]) == (409, "address_book_full")
    assert UserAddress.objects.count() == 1
