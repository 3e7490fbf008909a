from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests import factories
from tests.payments.cards import saved_card
from tests.staff import text_of

pytestmark = pytest.mark.django_db
CARDS = "/account/cards/"


@pytest.fixture
def user(client: Client) -> User:
    """Somebody who is logged in."""
    user = factories.UserFactory.create()
    client.force_login(user)
    return user


def test_lists_them(
    client: Client, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    card = saved_card(user, is_default=True)
    saved_card(factories.UserFactory.create(), card_last_four="1111")

    # Begin, for whom, who, the cards, the menu with the links, end.
    with django_assert_num_queries(6):
        response = client.get(CARDS)

    words = text_of(response)
    assert "Visa •••• 4242" in words
    assert "Until 07/2030" in words
    assert "First choice" in words
    assert "1111" not in words
    assert card.provider_payment_method_id not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_removes_one(client: Client, user: User) -> None:
    card = saved_card(user)

    response = client.post(CARDS, {"card": str(card.pk)}, follow=True)

    assert response.redirect_chain == [(CARDS, 303)]
    assert "The card is removed." in text_of(response)
    assert "No saved cards." in text_of(response)


def test_removes_nothing_of_somebody_else(client: Client, user: User) -> None:
    card = saved_card(factories.UserFactory.create())

    for named in (str(card.pk), str(uuid4()), "4242 4242 4242 4242", "\0", ""):
        assert client.post(CARDS, {"card": named}).status_code == 404

    card.refresh_from_db()
    assert card.is_active


def test_is_for_who_is_logged_in(client: Client) -> None:
    assert client.get(CARDS)["Location"] == f"/accounts/login/?next={CARDS}"
