from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from orders.models import Order
from shipping import commands as shipping
from shipping.models import ShippingMethod
from shipping.queries import PickupPlace
from tests.api.shop import ADDRESS, Shop, cart_of, checkout_body, problem, send

KEY = "key-of-this-order"
VIENNA = {
    **ADDRESS,
    "address_line_1": "Ring 1",
    "city": "Wien",
    "state": "",
    "postal_code": "1010",
    "country_code": "AT",
    "phone": "",
}


@pytest.fixture
def store(shop: Shop) -> UUID:
    zone_id = ShippingMethod.objects.get(pk=shop.standard).zone_id
    place = PickupPlace(
        address_line_1="1 Pine Street",
        postal_code="97201",
        city="Portland",
        state="OR",
        country_code="US",
        hours="10 to 6",
    )
    method = shipping.save_method(zone_id=zone_id, name="Store", price=Decimal(0), pickup=place)
    return UUID(str(method.pk))


@pytest.fixture
def union(shop: Shop, settings: Settings) -> None:
    settings.SHOP_VAT_ID = "DE136695976"
    zone = shipping.save_zone(name="Union", countries=["AT"])
    shipping.save_tax_rate(
        zone_id=zone.pk,
        tax_class="standard",
        name="VAT",
        rate=Decimal("0.25"),
        included_in_price=True,
    )
    shipping.save_method(zone_id=zone.pk, name="Paket", price=Decimal("5.00"))


def quote(client: Client, cart: str, **wanted: Any) -> Any:
    return send(client, "post", "cart/quote/", {"shipping_address": ADDRESS, **wanted}, cart=cart)


def test_a_quote_says_where_goods_can_be_fetched(client: Client, shop: Shop, store: UUID) -> None:
    answer = quote(client, cart_of(shop.medium), shipping_method=str(store)).json()

    assert [option["name"] for option in answer["shipping_options"]] == [
        "Standard",
        "Express",
        "Store",
    ]
    assert [option["pickup"] for option in answer["shipping_options"][:2]] == [None, None]
    assert answer["shipping_options"][2]["pickup"] == {
        "address_line_1": "1 Pine Street",
        "postal_code": "97201",
        "city": "Portland",
        "state": "OR",
        "country_code": "US",
        "hours": "10 to 6",
    }
    assert answer["total"]["amount"] == "55.00"


def test_an_order_is_fetched(client: Client, shop: Shop, store: UUID) -> None:
    body = {**checkout_body(shop), "shipping_method": str(store), "expected_total": "55.00"}

    answer = send(client, "post", "checkout/", body, cart=cart_of(shop.medium), key=KEY)

    assert answer.status_code == 201
    order = Order.objects.get()
    assert (order.is_pickup, order.pickup_hours) == (True, "10 to 6")
    lines = dict(order.addresses.values_list("address_type", "address_line_1"))
    assert lines == {"shipping": "1 Pine Street", "billing": ADDRESS["address_line_1"]}


@pytest.mark.usefixtures("union")
def test_a_vat_number_takes_the_tax_out(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    seen = quote(client, cart, shipping_address=VIENNA, vat_id="ATU 13585627").json()
    assert (seen["tax_exemption"], seen["tax"]["amount"]) == ("reverse_charge", "0.00")
    assert (seen["subtotal"]["amount"], seen["total"]["amount"]) == ("40.00", "45.00")
    body = {
        "email": "ada@example.com",
        "shipping_address": VIENNA,
        "expected_total": "45.00",
        "vat_id": "ATU 13585627",
    }

    answer = send(client, "post", "checkout/", body, cart=cart, key=KEY)

    assert answer.status_code == 201
    order = Order.objects.get()
    assert (order.vat_id, order.tax_exemption) == ("ATU13585627", "reverse_charge")


@pytest.mark.usefixtures("union")
def test_a_number_that_is_none_is_refused(client: Client, shop: Shop) -> None:
    body = {
        "email": "ada@example.com",
        "shipping_address": VIENNA,
        "expected_total": "55.00",
        "vat_id": "ATU13585628",
    }

    answer = send(client, "post", "checkout/", body, cart=cart_of(shop.medium), key=KEY)

    assert problem(answer, 400, "vat_id_invalid")["errors"][0]["pointer"] == "/vat_id"
    assert not Order.objects.exists()
