from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from carts.models import Cart
from tests import factories
from tests.api.shop import ADDRESS, Shop, cart_of, problem, send

pytestmark = pytest.mark.django_db


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def test_says_why_a_coupon_is_refused_with_a_code(client: Client, shop: Shop) -> None:
    factories.coupon("DEAR", min_order_amount=Decimal(500))
    cart = cart_of(shop.medium)

    answer = send(client, "post", "cart/coupons/", {"code": "DEAR"}, cart=cart)

    problem(answer, 409, "coupon_refused")
    assert answer.json()["reason"] == "below_minimum"
    assert answer.json()["detail"] == "This code needs an order of at least $500.00."
    assert send(client, "get", "cart/", cart=cart).json()["coupons"] == []


def test_shows_offers_and_why_others_do_not_apply(client: Client, shop: Shop) -> None:
    factories.promotion("Summer sale")
    factories.promotion("Dear", min_order_amount=Decimal(500), priority=1)
    cart = cart_of(shop.medium)

    shown = send(client, "get", "cart/", cart=cart).json()
    quote = send(client, "post", "cart/quote/", {"shipping_address": ADDRESS}, cart=cart).json()

    offers = [{"name": "Summer sale", "description": "10 % off", "amount": money("5.00")}]
    assert shown["promotions"] == quote["promotions"] == offers
    steps = [step for step in quote["trace"] if step["rule"] == "promotion"]
    assert [(step["name"], step["reason"], step["adds"]) for step in steps] == [
        ("Summer sale", "", "-5.00"),
        ("Dear", "below_minimum", "0.00"),
    ]


def test_quotes_for_a_customer_who_has_had_theirs(client: Client, shop: Shop) -> None:
    factories.coupon("ONCE", usage_limit_per_user=1)
    used = cart_of(shop.medium)
    send(client, "post", "cart/coupons/", {"code": "ONCE"}, cart=used)
    factories.check_out(Cart.objects.get(), email="ada@example.com")
    cart = cart_of(shop.medium)
    send(client, "post", "cart/coupons/", {"code": "ONCE"}, cart=cart)
    body = {"shipping_address": ADDRESS}

    hers = send(client, "post", "cart/quote/", body | {"email": "Ada@Example.com"}, cart=cart)
    his = send(client, "post", "cart/quote/", body | {"email": "bob@example.com"}, cart=cart)

    [coupon] = hers.json()["coupons"]
    assert (coupon["reason"], coupon["amount"]) == ("used_by_you", money("0.00"))
    assert his.json()["coupons"][0]["amount"] == money("5.00")


@pytest.mark.parametrize("email", ["nobody", 7, [], "a\0@example.com", "x" * 250 + "@x.de"])
def test_refuses_to_quote_for_what_is_no_email(client: Client, shop: Shop, email: Any) -> None:
    body = {"shipping_address": ADDRESS, "email": email}

    answer = send(client, "post", "cart/quote/", body, cart=cart_of(shop.medium))

    assert answer.status_code == 400
