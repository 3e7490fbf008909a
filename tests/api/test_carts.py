from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from carts.models import Cart, CartItem
from inventory import commands as inventory
from tests.api.shop import ADDRESS, Shop, cart_of, problem, send
from tests.ledger import ledger

# Not made anew: workers of one run must collect the same names.
NOBODYS_ID = "00000000-0000-7000-8000-000000000000"


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def quantities() -> list[int]:
    return list(CartItem.objects.values_list("quantity", flat=True))


@ledger("S1-57")
def test_makes_a_cart_with_the_first_item(client: Client, shop: Shop) -> None:
    answer = send(client, "post", "cart/items/", {"variant": str(shop.medium), "quantity": 2})

    cart = answer.json()
    item = CartItem.objects.get()
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert cart == {
        "id": str(item.cart_id),
        "items": [
            {
                "id": str(item.pk),
                "variant": {
                    "id": str(shop.medium),
                    "sku": "OBS-M",
                    "name": "M",
                    "product": {"slug": "ocean-blue-shirt", "name": "Ocean Blue Shirt"},
                    "image": None,
                },
                "quantity": 2,
                "unit_price": money("50.00"),
                "line_total": money("100.00"),
                "notice": None,
                "is_gift_card": False,
            }
        ],
        "coupons": [],
        "promotions": [],
        "subtotal": money("100.00"),
        "discount": money("0.00"),
        "total": money("100.00"),
        "missing_for_free_shipping": None,
    }
    assert send(client, "get", "cart/", cart=answer["X-Cart-Token"]).json() == cart


def test_makes_an_empty_cart(client: Client, shop: Shop) -> None:
    answer = send(client, "post", "cart/")

    shown = send(client, "get", "cart/", cart=answer["X-Cart-Token"])
    assert answer.status_code == 201
    assert shown.json()["items"] == []
    assert shown.json()["total"] == money("0.00")


def test_adds_to_the_cart_of_the_token(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    body = {"variant": str(shop.medium), "quantity": 1}

    answer = send(client, "post", "cart/items/", body, cart=cart)

    assert answer.status_code == 201
    assert "X-Cart-Token" not in answer
    assert quantities() == [2]


def test_changes_and_removes_a_line(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    line = f"cart/items/{CartItem.objects.get().pk}/"

    changed = send(client, "patch", line, {"quantity": 3}, cart=cart)
    removed = send(client, "delete", line, cart=cart)
    again = send(client, "delete", line, cart=cart)

    assert changed.json()["items"][0]["quantity"] == 3
    assert removed.json()["items"] == []
    problem(again, 404, "cart_item_not_found")


@ledger("S1-57")
def test_says_what_changed(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium, 3)
    inventory.count(variant_id=shop.medium, quantity=2, reason="test")

    item = send(client, "get", "cart/", cart=cart).json()["items"][0]

    assert item["notice"] == "Only 2 left. Please lower the quantity."


def test_takes_a_coupon_and_gives_it_back(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)

    entered = send(client, "post", "cart/coupons/", {"code": " welcome10 "}, cart=cart)
    removed = send(client, "delete", "cart/coupons/WELCOME10/", cart=cart)

    assert entered.status_code == 201
    assert entered.json()["coupons"] == [
        {
            "code": "WELCOME10",
            "description": "10 % off",
            "amount": money("5.00"),
            "problem": "",
            "reason": "",
        }
    ]
    assert entered.json()["total"] == money("45.00")
    assert removed.json()["coupons"] == []


@pytest.mark.parametrize("code", ["NOPE", "%", "' OR 1=1 --"])
def test_refuses_an_unknown_coupon(client: Client, shop: Shop, code: str) -> None:
    cart = cart_of(shop.medium)

    answer = send(client, "post", "cart/coupons/", {"code": code}, cart=cart)

    problem(answer, 409, "coupon_refused")
    assert send(client, "get", "cart/", cart=cart).json()["coupons"] == []


def test_quotes_for_a_destination(client: Client, shop: Shop) -> None:
    cart = cart_of(shop.medium)
    body = {"shipping_address": ADDRESS, "shipping_method": None}

    quote = send(client, "post", "cart/quote/", body, cart=cart).json()

    standard, express = quote["shipping_options"]
    assert (standard["id"], standard["name"], standard["price"]) == (
        str(shop.standard),
        "Standard",
        money("5.00"),
    )
    assert sorted(standard["delivery"]) == ["from", "to"]
    assert (express["id"], express["price"]) == (str(shop.express), money("15.00"))
    assert quote["shipping_method"] == str(shop.standard)
    assert quote["subtotal"] == money("50.00")
    assert quote["discount"] == money("0.00")
    assert quote["shipping"] == money("5.00")
    assert quote["tax"] == money("5.00")
    assert quote["total"] == money("60.00")
    steps = [Decimal(step["adds"]) for step in quote["trace"] if step["rule"] != "total"]
    assert sum(steps) == Decimal("60.00")


def test_quotes_the_way_asked_for_knowing_the_country_only(client: Client, shop: Shop) -> None:
    body = {"shipping_address": {"country_code": "US"}, "shipping_method": str(shop.express)}

    quote = send(client, "post", "cart/quote/", body, cart=cart_of(shop.medium)).json()

    assert quote["total"] == money("70.00")


def test_says_that_it_does_not_ship_there(client: Client, shop: Shop) -> None:
    body = {"shipping_address": {"country_code": "JP"}}

    quote = send(client, "post", "cart/quote/", body, cart=cart_of(shop.medium)).json()

    assert (quote["is_shippable"], quote["shipping_options"]) == (False, [])


def test_refuses_a_way_that_does_not_go_there(client: Client, shop: Shop) -> None:
    body = {"shipping_address": {"country_code": "US"}, "shipping_method": str(uuid4())}

    answer = send(client, "post", "cart/quote/", body, cart=cart_of(shop.medium))

    problem(answer, 409, "shipping_method_unavailable")


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**9, 1e9, 10**100])
def test_refuses_a_quantity_out_of_range(client: Client, shop: Shop, quantity: Any) -> None:
    body = {"variant": str(shop.medium), "quantity": quantity}

    answer = send(client, "post", "cart/items/", body)

    problem(answer, 400, "quantity_out_of_range")
    assert not Cart.objects.exists()


@pytest.mark.parametrize("quantity", ["abc", "1", "", 1.5, True, None, [], {}, "1\0", "\ud800"])
def test_refuses_a_quantity_that_is_no_whole_number(
    client: Client, shop: Shop, quantity: Any
) -> None:
    cart = cart_of(shop.medium)
    line = f"cart/items/{CartItem.objects.get().pk}/"

    added = send(
        client,
        "post",
        "cart/items/",
        {"variant": str(shop.medium), "quantity": quantity},
        cart=cart,
    )
    changed = send(client, "patch", line, {"quantity": quantity}, cart=cart)

    for answer in (added, changed):
        [fault] = problem(answer, 400, "invalid")["errors"]
        assert fault["pointer"] == "/quantity"
    assert quantities() == [1]


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "1e400"])
def test_refuses_a_number_json_does_not_know(client: Client, shop: Shop, quantity: str) -> None:
    body = f'{{"variant": "{shop.medium}", "quantity": {quantity}}}'

    answer = client.post("/api/v1/cart/items/", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["code"] in {"malformed_json", "invalid"}
    assert not Cart.objects.exists()


@pytest.mark.parametrize("variant", ["abc", "", "\0", 1.5, [], {}, "x" * 5000, -1, 10**50])
def test_refuses_a_variant_that_is_no_id(client: Client, shop: Shop, variant: Any) -> None:
    answer = send(client, "post", "cart/items/", {"variant": variant, "quantity": 1})

    assert problem(answer, 400, "invalid")["errors"][0]["pointer"] == "/variant"
    assert not Cart.objects.exists()


def test_refuses_an_unknown_variant(client: Client, shop: Shop) -> None:
    answer = send(client, "post", "cart/items/", {"variant": str(uuid4()), "quantity": 1})

    problem(answer, 404, "unknown_variant")
    assert not Cart.objects.exists()


def test_refuses_fields_that_would_not_count(client: Client, shop: Shop) -> None:
    body = {"variant": str(shop.medium), "quantity": 1, "price": "0.01", "a/b~c": 1}

    answer = send(client, "post", "cart/items/", body)

    document = problem(answer, 400, "unknown_field")
    assert [fault["pointer"] for fault in document["errors"]] == ["/price", "/a~1b~0c"]
    assert not Cart.objects.exists()


def test_names_an_unknown_field_inside_an_address(client: Client, shop: Shop) -> None:
    body = {"shipping_address": {"country_code": "US", "total": "0.01"}}

    answer = send(client, "post", "cart/quote/", body, cart=cart_of(shop.medium))

    [fault] = problem(answer, 400, "unknown_field")["errors"]
    assert fault["pointer"] == "/shipping_address/total"


@pytest.mark.parametrize("token", ["", "unknown", "x" * 500, "ÿ", "0" * 43])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "cart/", None),
        ("post", "cart/items/", {"variant": NOBODYS_ID, "quantity": 1}),
        ("patch", f"cart/items/{NOBODYS_ID}/", {"quantity": 1}),
        ("delete", f"cart/items/{NOBODYS_ID}/", None),
        ("post", "cart/coupons/", {"code": "WELCOME10"}),
        ("delete", "cart/coupons/WELCOME10/", None),
        ("post", "cart/quote/", {"shipping_address": {"country_code": "US"}}),
    ],
)
def test_opens_no_cart_for_an_unknown_token(
    client: Client, shop: Shop, token: str, method: str, path: str, body: Any
) -> None:
    cart_of(shop.medium)

    answer = send(client, method, path, body, cart=token)

    problem(answer, 404, "cart_not_found")
    assert Cart.objects.count() == 1


def test_does_not_touch_a_line_of_another_cart(client: Client, shop: Shop) -> None:
    cart_of(shop.medium)
    line = f"cart/items/{CartItem.objects.get().pk}/"
    mine = cart_of(shop.large)

    changed = send(client, "patch", line, {"quantity": 9}, cart=mine)
    removed = send(client, "delete", line, cart=mine)

    problem(changed, 404, "cart_item_not_found")
    problem(removed, 404, "cart_item_not_found")
    assert quantities() == [1, 1]


def test_takes_no_cookie_for_a_token(client: Client, shop: Shop) -> None:
    client.cookies[settings.CART_COOKIE_NAME] = cart_of(shop.medium)

    answer = send(client, "get", "cart/")

    problem(answer, 404, "cart_not_found")


@ledger("S1-57")
def test_asks_the_database_as_often_for_many_lines(
    client: Client, shop: Shop, django_assert_num_queries: Any
) -> None:
    cart = cart_of(shop.medium)
    send(client, "post", "cart/items/", {"variant": str(shop.large), "quantity": 1}, cart=cart)
    body = {"shipping_address": ADDRESS}

    # Whose cart; the cart, its lines, their pictures and stock, its coupons, the promotions; the
    # order that ships for nothing.
    with django_assert_num_queries(8):
        shown = send(client, "get", "cart/", cart=cart)
    # The same but the last, then the zone, its ways of shipping and its taxes.
    with django_assert_num_queries(10):
        quoted = send(client, "post", "cart/quote/", body, cart=cart)

    assert (shown.status_code, quoted.status_code) == (200, 200)
