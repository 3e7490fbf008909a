from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carts import commands as carts
from carts.models import Cart
from catalog import commands as catalog
from inventory import commands as inventory
from inventory.models import Inventory, InventoryReservation
from orders.models import Order
from orders.queries import guest_token
from shopflow.lib.models import IdempotencyKey
from tests.api.shop import ADDRESS, OPENED, Shop, cart_of, checkout_body, problem, send
from tests.ledger import ledger

KEY = "key-of-this-order"


def order(client: Client, body: dict[str, Any], *, cart: str | None, key: str | None = KEY) -> Any:
    return send(client, "post", "checkout/", body, cart=cart, key=key)


def nothing_happened() -> bool:
    reserved = sum(Inventory.objects.values_list("quantity_reserved", flat=True))
    is_open = not Cart.objects.exclude(closed_at=None).exists()
    return not Order.objects.exists() and reserved == 0 and is_open


def raise_the_price(shop: Shop) -> None:
    spec = catalog.ProductSpec(
        slug="ocean-blue-shirt",
        name="Ocean Blue Shirt",
        published_at=OPENED,
        variants=[
            catalog.VariantSpec(sku="OBS-M", price=Decimal("60.00"), option_values={"Size": "M"})
        ],
    )
    catalog.save_product(spec=spec, product_id=shop.product.pk)


def test_places_an_order(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)

    answer = order(client, checkout_body(shop), cart=cart)

    placed = Order.objects.get()
    token = guest_token(placed)
    assert answer.status_code == 201
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "order": {
            "number": placed.order_number,
            "status": "pending",
            "total": {"amount": "60.00", "currency": "USD"},
            "token": token,
        },
        "client_action": {"redirect": f"/pay/{placed.order_number}/?token={token}"},
    }
    assert placed.customer_email == "ada@example.com"
    assert InventoryReservation.objects.get().quantity == 1
    assert Cart.objects.get().closed_at is not None


def test_takes_another_billing_address_and_the_cheapest_way(client: Client, shop: Shop) -> None:
    billing = {**ADDRESS, "first_name": "Charles"}
    body = checkout_body(shop, shipping_method=None, billing_address=billing)
    del body["payment_provider"]

    answer = order(client, body, cart=cart_of(shop.medium))

    assert answer.status_code == 201
    names = Order.objects.get().addresses.values_list("address_type", "first_name")
    assert sorted(names) == [("billing", "Charles"), ("shipping", "Ada")]


def test_answers_a_repeated_request_byte_for_byte(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)

    first = order(client, checkout_body(shop), cart=cart)
    again = order(client, checkout_body(shop), cart=cart)

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Content-Type"] == first["Content-Type"]
    assert Order.objects.count() == 1
    assert Inventory.objects.get(variant=shop.medium).quantity_reserved == 1


def test_refuses_the_key_of_another_request(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    order(client, checkout_body(shop), cart=cart)

    answer = order(client, checkout_body(shop, email="eve@example.com"), cart=cart)

    problem(answer, 422, "idempotency_key_reused")
    assert Order.objects.count() == 1


def test_refuses_an_ordered_cart_under_a_new_key(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    order(client, checkout_body(shop), cart=cart)

    answer = order(client, checkout_body(shop), cart=cart, key="another-key")

    problem(answer, 404, "cart_not_found")
    assert Order.objects.count() == 1


@pytest.mark.parametrize("key", [None, "", "short", "with space in it", "x" * 129, "käse-käse"])
def test_wants_a_key(client: Client, shop: Shop, key: str | None) -> None:
    answer = order(client, checkout_body(shop), cart=cart_of(shop.medium), key=key)

    problem(answer, 400, "idempotency_key_missing")
    assert nothing_happened()


def test_shows_the_new_quote_when_the_price_changed(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    raise_the_price(shop)

    answer = order(client, checkout_body(shop), cart=cart)
    again = order(client, checkout_body(shop), cart=cart)

    document = problem(answer, 409, "quote_changed")
    quoted = send(client, "post", "cart/quote/", {"shipping_address": ADDRESS}, cart=cart)
    assert document["quote"] == quoted.json()
    assert document["quote"]["total"] == {"amount": "71.00", "currency": "USD"}
    assert (again.status_code, again.content) == (409, answer.content)
    assert nothing_happened()


def test_takes_the_new_total_under_a_new_key(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    raise_the_price(shop)
    order(client, checkout_body(shop), cart=cart)

    answer = order(client, checkout_body(shop, "71.00"), cart=cart, key="after-the-look")

    assert answer.status_code == 201
    assert Order.objects.get().total == Decimal("71.00")


def test_names_the_lines_that_are_short(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium, 3)
    inventory.count(variant_id=shop.medium, quantity=2, reason="test")

    answer = order(client, checkout_body(shop, "170.00"), cart=cart)

    document = problem(answer, 409, "out_of_stock")
    assert document["lines"] == [{"variant": str(shop.medium), "available": 2}]
    assert nothing_happened()


def test_names_the_lines_that_are_gone(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    catalog.delete_product(product_id=shop.product.pk)

    answer = order(client, checkout_body(shop), cart=cart)

    document = problem(answer, 409, "cart_not_orderable")
    assert document["lines"] == [{"variant": str(shop.medium)}]
    assert nothing_happened()


def test_refuses_an_empty_cart(client: Client, shop: Shop) -> None:
    cart = carts.open_cart().token

    answer = order(client, checkout_body(shop), cart=cart)

    problem(answer, 409, "cart_empty")
    assert nothing_happened()


def test_refuses_a_country_it_does_not_ship_to(client: Client, shop: Shop) -> None:
    address = {**ADDRESS, "country_code": "FR", "postal_code": "75001"}

    body = checkout_body(shop, shipping_address=address, shipping_method=None)
    answer = order(client, body, cart=cart_of(shop.medium))

    problem(answer, 409, "no_shipping_there")
    assert nothing_happened()


@pytest.mark.parametrize("token", [None, "", "unknown"])
def test_wants_a_cart_and_keeps_nothing_for_strangers(
    client: Client, shop: Shop, token: str | None
) -> None:
    answer = order(client, checkout_body(shop), cart=token)

    problem(answer, 404, "cart_not_found")
    assert not IdempotencyKey.objects.exists()


@ledger("S2-69")
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"email": "nobody"}, "/email"),
        ({"email": ""}, "/email"),
        ({"email": "a\0@example.com"}, "/email"),
        ({"email": None}, "/email"),
        ({"email": "a" * 250 + "@example.com"}, "/email"),
        ({"shipping_address": None}, "/shipping_address"),
        ({"shipping_address": "12 Broad Street"}, "/shipping_address"),
        ({"shipping_address": {**ADDRESS, "first_name": " "}}, "/shipping_address/first_name"),
        ({"shipping_address": {**ADDRESS, "city": "\0"}}, "/shipping_address/city"),
        ({"shipping_address": {**ADDRESS, "city": "\ud800"}}, "/shipping_address/city"),
        ({"shipping_address": {**ADDRESS, "city": "x" * 101}}, "/shipping_address/city"),
        ({"shipping_address": {**ADDRESS, "country_code": "us"}}, "/shipping_address/country_code"),
        (
            {"shipping_address": {**ADDRESS, "country_code": "USA"}},
            "/shipping_address/country_code",
        ),
        ({"shipping_address": {**ADDRESS, "phone": ["1"]}}, "/shipping_address/phone"),
        ({"shipping_address": {**ADDRESS, "phone": "555"}}, "/shipping_address/phone"),
        ({"shipping_address": {**ADDRESS, "state": ""}}, "/shipping_address/state"),
        ({"shipping_address": {**ADDRESS, "state": "Bavaria"}}, "/shipping_address/state"),
        ({"shipping_address": {**ADDRESS, "postal_code": "9"}}, "/shipping_address/postal_code"),
        ({"shipping_address": {**ADDRESS, "country_code": "XX"}}, "/shipping_address/country_code"),
        ({"billing_address": {**ADDRESS, "city": ""}}, "/billing_address/city"),
        ({"shipping_method": "standard"}, "/shipping_method"),
        ({"expected_total": "abc"}, "/expected_total"),
        ({"expected_total": "NaN"}, "/expected_total"),
        ({"expected_total": "-1"}, "/expected_total"),
        ({"expected_total": "1.999"}, "/expected_total"),
        ({"expected_total": "1e99"}, "/expected_total"),
        ({"expected_total": None}, "/expected_total"),
        ({"expected_total": {"amount": "60.00"}}, "/expected_total"),
        ({"payment_provider": "paypal"}, "/payment_provider"),
    ],
)
def test_points_at_what_is_wrong(
    client: Client, shop: Shop, changes: dict[str, Any], pointer: str
) -> None:
    answer = order(client, checkout_body(shop, **changes), cart=cart_of(shop.medium))

    faults = problem(answer, 400, "invalid")["errors"]
    assert {fault["pointer"] for fault in faults} == {pointer}
    assert nothing_happened()


def test_names_everything_that_is_missing(client: Client, shop: Shop) -> None:
    answer = order(client, {}, cart=cart_of(shop.medium))

    faults = problem(answer, 400, "invalid")["errors"]
    assert [(fault["pointer"], fault["code"]) for fault in faults] == [
        ("/email", "required"),
        ("/shipping_address", "required"),
        ("/expected_total", "required"),
    ]


@pytest.mark.parametrize("name", ["total", "price", "status", "discount", "user_id", "__proto__"])
def test_refuses_fields_that_would_not_count(client: Client, shop: Shop, name: str) -> None:
    body = {**checkout_body(shop), name: "0.01"}

    answer = order(client, body, cart=cart_of(shop.medium))

    [fault] = problem(answer, 400, "unknown_field")["errors"]
    assert fault["pointer"] == f"/{name}"
    assert nothing_happened()


def test_refuses_a_coupon_used_up_meanwhile(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    send(client, "post", "cart/coupons/", {"code": "WELCOME10"}, cart=cart)

    answer = order(client, checkout_body(shop, "54.50"), cart=cart)

    assert answer.status_code == 201
    assert Order.objects.get().discount_total == Decimal("5.00")


def test_asks_the_database_so_often(
    client: Client, shop: Shop, django_assert_num_queries: Any
) -> None:
    cart = cart_of(shop.medium)
    body = checkout_body(shop)
    key = uuid4().hex

    with django_assert_num_queries(30):
        first = order(client, body, cart=cart, key=key)
    with django_assert_num_queries(9):
        again = order(client, body, cart=cart, key=key)

    assert (first.status_code, again.status_code) == (201, 201)
