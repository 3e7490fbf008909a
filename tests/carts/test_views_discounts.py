from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from carts.models import CartItem
from catalog.models import ProductVariant
from tests import factories
from tests.storefront import put_in_cart, words

pytestmark = pytest.mark.django_db
FREE: dict[str, Any] = {"discount_type": "free_shipping", "discount_value": Decimal(0)}


@pytest.fixture
def item(client: Client, variant: ProductVariant) -> CartItem:
    """Two shirts of $50.00 in the client's cart."""
    put_in_cart(client, variant, 2)
    return CartItem.objects.get()


def test_a_second_code_goes_with_the_first_if_both_may(client: Client, item: CartItem) -> None:
    factories.coupon("TENOFF", stackable=True)
    factories.coupon("FIVEOFF", percent=5, stackable=True, priority=1)
    client.post("/cart/coupon/", {"code": "TENOFF"})

    response = client.post("/cart/coupon/", {"code": "FIVEOFF"}, follow=True)

    # 100 − 10 − 4.50
    assert "−$14.50" in words(response)
    assert "I have another code" in words(response)


def test_there_is_no_room_for_a_second_code_beside_one_that_stands_alone(
    client: Client, item: CartItem
) -> None:
    factories.coupon("TENOFF")
    factories.coupon("FIVEOFF", stackable=True)
    page = client.post("/cart/coupon/", {"code": "TENOFF"}, follow=True)

    response = client.post("/cart/coupon/", {"code": "FIVEOFF"})

    assert 'name="code"' not in page.content.decode()
    assert response.status_code == 409
    assert "One code per order: remove TENOFF first." in words(response)


def test_offers_are_named_and_every_step_is_explained(client: Client, item: CartItem) -> None:
    factories.promotion("Summer sale", stackable=True)
    factories.promotion("Free from 120", stackable=True, min_order_amount=Decimal(120), **FREE)

    said = words(client.get("/cart/"))

    assert "Summer sale 10 % off" in said
    assert "$20.00 more for free shipping" in said
    why = said.partition("Why this price?")[2]
    assert "Summer sale 10 % off ($100.00) -$10.00" in why
    assert "This offer needs an order of at least $120.00. $0.00" in why


def test_says_that_shipping_is_free(client: Client, item: CartItem) -> None:
    factories.promotion("Free from 100", min_order_amount=Decimal(100), **FREE)

    assert "Shipping is free" in words(client.get("/cart/"))


def test_says_nothing_of_free_shipping_nobody_offers(client: Client, item: CartItem) -> None:
    assert "free shipping" not in words(client.get("/cart/")).lower()


def test_a_code_that_stopped_working_says_why(client: Client, item: CartItem) -> None:
    coupon = factories.coupon("TENOFF")
    client.post("/cart/coupon/", {"code": "TENOFF"})
    type(coupon).objects.update(is_active=False)

    said = words(client.get("/cart/"))

    assert "This code isn't valid any more." in said
    assert "−$10.00" not in said
