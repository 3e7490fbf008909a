from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from carts.models import Cart, CartItem
from catalog.models import Product, ProductVariant
from orders import commands
from orders.errors import NothingToReorder, OrderNotFound
from orders.models import Order
from shopflow.lib.ids import new_id
from tests import factories
from tests.storefront import link, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(variant: ProductVariant) -> ProductVariant:
    """A towel of $10.00."""
    return factories.variant_on_sale(price="10.00", stock=5, name="Towel")


@pytest.fixture
def order(variant: ProductVariant, other: ProductVariant) -> Order:
    return factories.placed_order((variant, 2), (other, 1))


def lines() -> list[tuple[Any, int, Decimal | None]]:
    rows = CartItem.objects.filter(cart__closed_at=None).order_by("id")
    return [(row.variant_id, row.quantity, row.unit_price) for row in rows]


def stop_selling(variant: ProductVariant) -> None:
    Product.objects.filter(pk=variant.product_id).update(is_active=False)


def test_puts_everything_into_a_new_cart_at_todays_prices(
    order: Order, variant: ProductVariant, other: ProductVariant
) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(price=60)

    done = commands.reorder(order_id=order.pk, user_id=None, token=None)

    assert done.missing == []
    assert done.token
    assert lines() == [(variant.pk, 2, 60), (other.pk, 1, 10)]


def test_adds_to_the_cart_there_is(
    order: Order, variant: ProductVariant, other: ProductVariant
) -> None:
    user = factories.UserFactory.create()
    cart = factories.cart_with((variant, 1), user=user)

    done = commands.reorder(order_id=order.pk, user_id=user.pk, token=None)

    assert (done.cart_id, done.token) == (cart.pk, None)
    assert lines() == [(variant.pk, 3, 50), (other.pk, 1, 10)]


def test_names_what_is_not_sold_any_more(
    order: Order, variant: ProductVariant, other: ProductVariant
) -> None:
    stop_selling(other)

    done = commands.reorder(order_id=order.pk, user_id=None, token=None)

    assert [item.product_name for item in done.missing] == ["Towel"]
    assert lines() == [(variant.pk, 2, 50)]


def test_makes_no_cart_for_nothing(
    order: Order, variant: ProductVariant, other: ProductVariant
) -> None:
    stop_selling(variant)
    stop_selling(other)
    before = Cart.objects.count()

    with pytest.raises(NothingToReorder):
        commands.reorder(order_id=order.pk, user_id=None, token=None)

    assert Cart.objects.count() == before


def test_knows_no_other_order(db: None) -> None:
    with pytest.raises(OrderNotFound):
        commands.reorder(order_id=new_id(), user_id=None, token=None)

    assert not Cart.objects.exists()


def test_a_guest_presses_the_button(
    client: Client, order: Order, variant: ProductVariant, other: ProductVariant
) -> None:
    stop_selling(other)

    page = client.get(link("orders:detail", order))
    response = client.post(link("orders:reorder", order), follow=True)

    assert "Order the same again" in words(page)
    assert response.redirect_chain == [("/cart/", 303)]
    text = words(response)
    assert "It's in your cart, at today's prices." in text
    assert "Left out, as we don't have it any more: Towel" in text
    assert client.cookies[settings.CART_COOKIE_NAME].value
    assert lines() == [(variant.pk, 2, 50)]


def test_somebody_elses_order_fills_no_cart(client: Client, order: Order) -> None:
    eve: User = factories.UserFactory.create()
    client.force_login(eve)

    assert client.post(f"/orders/{order.order_number}/reorder/").status_code == 404
    assert client.post(f"/orders/{order.order_number}/reorder/?token=x").status_code == 404
    assert client.get(link("orders:reorder", order)).status_code == 405
    assert lines() == []


def test_says_so_when_nothing_is_left(
    client: Client, order: Order, variant: ProductVariant, other: ProductVariant
) -> None:
    stop_selling(variant)
    stop_selling(other)

    response = client.post(link("orders:reorder", order))

    assert response.status_code == 409
    assert "Nothing of this order is sold any more." in response.content.decode()
