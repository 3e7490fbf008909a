from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from carts import commands as carts
from carts.models import CartItem
from carts.queries import price_cart
from catalog.errors import InvalidProduct
from catalog.models import ProductVariant
from inventory.models import InventoryReservation
from orders.models import OrderItem
from shipping.models import ShippingMethod
from tests import factories
from tests.gift_cards import on_sale
from tests.storefront import FROM_OUR_PAGE, words

pytestmark = pytest.mark.django_db


def add(client: Client, card: ProductVariant, **said: str) -> int:
    data = {"product": str(card.product_id), "variant": str(card.pk), "quantity": "1", **said}
    return int(client.post(reverse("carts:add"), data, headers=FROM_OUR_PAGE).status_code)


def test_the_product_page_asks_who_it_is_for(client: Client, us_shipping: ShippingMethod) -> None:
    card = on_sale()

    page = words(client.get(reverse("catalog:product", args=[card.product.slug])))

    assert "Who is it for?" in page
    assert "Comes by e-mail" in page


def test_each_unit_has_its_recipient(client: Client, us_shipping: ShippingMethod) -> None:
    card = on_sale()

    assert add(client, card, recipient_email="eve@example.com", message=" Dear \n  Eve ") == 303
    assert add(client, card, recipient_name="Bob") == 303

    assert CartItem.objects.get().gift_cards == [
        {"recipient_email": "eve@example.com", "message": "Dear\nEve"},
        {"recipient_name": "Bob"},
    ]
    page = words(client.get(reverse("carts:detail")))
    assert "For eve@example.com" in page
    assert "For Bob" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient_email", "nobody"),
        ("message", "x" * 301),
        ("recipient_name", "x" * 101),
        ("send_on", "yesterday"),
        ("send_on", "1999-12-31"),
        ("send_on", (timezone.now() + timedelta(days=400)).date().isoformat()),
    ],
    ids=["email", "message", "name", "no day", "past", "too late"],
)
def test_what_cannot_be_sent_is_refused(
    client: Client, us_shipping: ShippingMethod, field: str, value: str
) -> None:
    assert add(client, on_sale(), **{field: value}) in {400, 422}

    assert CartItem.objects.count() == 0


def test_a_shirt_has_no_recipient(client: Client, variant: ProductVariant) -> None:
    add(client, variant, recipient_email="eve@example.com")

    assert CartItem.objects.get().gift_cards is None


def test_nothing_is_taken_off_a_gift_card(variant: ProductVariant) -> None:
    factories.coupon()
    cart = factories.cart_with((variant, 1), (on_sale("25.00"), 1), code="TENOFF")

    quote = price_cart(cart_id=cart.pk)

    assert (quote.subtotal, quote.discount) == (Decimal("75.00"), Decimal("5.00"))
    assert [line.discount for line in quote.lines] == [Decimal("5.00"), 0]


def test_cards_alone_need_no_shipping_and_no_stock(us_shipping: ShippingMethod) -> None:
    order = factories.placed_order((on_sale("25.00"), 2))

    assert (order.total, order.shipping_cost, order.tax) == (Decimal("50.00"), 0, 0)
    assert InventoryReservation.objects.count() == 0
    assert OrderItem.objects.get().is_gift_card


def test_with_a_shirt_only_the_shirt_is_reserved(variant: ProductVariant) -> None:
    order = factories.placed_order((variant, 1), (on_sale("25.00"), 1))

    assert order.total == Decimal("85.34")  # 75.00 + 5.90 + 4.44 tax of the shirt
    assert InventoryReservation.objects.get().quantity == 1


def test_a_guests_recipients_come_along(us_shipping: ShippingMethod) -> None:
    card, user = on_sale(), factories.UserFactory.create()
    opened = carts.open_cart()
    carts.add_line(
        cart_id=opened.cart.pk, variant_id=card.pk, quantity=1, gift_card={"recipient_name": "Eve"}
    )
    mine = carts.open_cart(user_id=user.pk).cart
    carts.add_line(
        cart_id=mine.pk, variant_id=card.pk, quantity=1, gift_card={"recipient_name": "Bob"}
    )

    carts.merge_guest_cart(user_id=user.pk, token=opened.token or "")

    line = CartItem.objects.get()
    assert (line.quantity, [one["recipient_name"] for one in line.recipients]) == (
        2,
        ["Bob", "Eve"],
    )


def test_a_gift_card_costs_something() -> None:
    with pytest.raises(InvalidProduct, match="worth what it costs"):
        on_sale("0.00")
