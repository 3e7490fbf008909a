from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from payments.models import UserPaymentMethod
from tests.api.people import AppUser, app_user
from tests.api.shop import send
from tests.payments.cards import saved_card

pytestmark = pytest.mark.django_db
CARDS = "me/payment-methods/"


@pytest.fixture
def ada() -> AppUser:
    return app_user()


def ask(client: Client, who: AppUser, method: str, path: str = CARDS) -> Any:
    return send(client, method, path, access=who.access)


def test_lists_what_cards_are_known_by(
    client: Client, ada: AppUser, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    card = saved_card(ada.user, is_default=True)
    saved_card(app_user("bob@example.com").user)

    # Who asks; begin, for whom, the page, end.
    with django_assert_num_queries(5):
        response = ask(client, ada, "GET")

    [document] = response.json()["results"]
    assert document.pop("created_at")
    assert document == {
        "id": str(card.pk),
        "provider": "sandbox",
        "card_brand": "Visa",
        "card_last_four": "4242",
        "exp_month": 7,
        "exp_year": 2030,
        "is_default": True,
    }
    assert card.provider_payment_method_id not in response.content.decode()


def test_removes_one(client: Client, ada: AppUser) -> None:
    card = saved_card(ada.user)

    response = ask(client, ada, "DELETE", f"{CARDS}{card.pk}/")
    again = ask(client, ada, "DELETE", f"{CARDS}{card.pk}/")

    assert response.status_code == 204
    assert (again.status_code, again.json()["code"]) == (404, "payment_method_not_found")
    assert ask(client, ada, "GET").json()["results"] == []


def test_removes_nothing_of_somebody_else(client: Client, ada: AppUser) -> None:
    card = saved_card(app_user("bob@example.com").user)

    assert ask(client, ada, "DELETE", f"{CARDS}{card.pk}/").status_code == 404

    assert UserPaymentMethod.objects.get().is_active


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_cards_are_never_sent_to_us(client: Client, ada: AppUser, method: str) -> None:
    card = saved_card(ada.user)

    assert ask(client, ada, method).status_code == 405
    assert ask(client, ada, method, f"{CARDS}{card.pk}/").status_code == 405


def test_wants_a_token(client: Client) -> None:
    assert send(client, "GET", CARDS).status_code == 401
