"""What a client of the API hears about limits."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from carts.commands import REFUSED_COUPONS
from carts.models import Cart, CartCoupon
from shopflow.config import load
from shopflow.lib.limits import Limit
from tests.api.shop import Shop, cart_of, problem, send
from tests.lib.test_config import GOOD
from tests.limiting import pass_time, without_redis

HERE = "127.0.0.1"
MINUTE = timedelta(minutes=1)
READS = Limit(name="api-reads-address", tries=3, per=MINUTE)


@pytest.fixture(autouse=True)
def _narrow(settings: Settings) -> None:
    settings.API_CALLS_PER_MINUTE = {
        "reads": {"address": 3, "account": 2},
        "writes": {"address": 2, "account": 1},
    }


def test_says_what_is_left(client: Client, shop: Shop) -> None:
    send(client, "get", "products/")
    answer = send(client, "get", "products/")

    assert answer.status_code == 200
    assert answer["RateLimit-Policy"] == '"api-reads-address";q=3;w=60'
    left = re.fullmatch(r'"api-reads-address";r=1;t=(\d+)', answer["RateLimit"])
    assert left
    assert 20 < int(left[1]) <= 40
    assert "Retry-After" not in answer


def test_refuses_what_is_too_much_and_says_when_to_come_back(client: Client, shop: Shop) -> None:
    answers = [send(client, "get", "products/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = problem(answers[3], 429, "too_many_tries")
    assert refused["retry_after"] == int(answers[3]["Retry-After"])
    assert 0 < refused["retry_after"] <= 20
    assert answers[3]["RateLimit"].startswith('"api-reads-address";r=0;t=')
    assert answers[3]["Cache-Control"] == "no-store"


def test_lets_in_again_later(client: Client, shop: Shop) -> None:
    for _ in range(4):
        send(client, "get", "products/")

    pass_time(READS, HERE, timedelta(seconds=20))

    assert send(client, "get", "products/").status_code == 200
    assert send(client, "get", "products/").status_code == 429


def test_counts_writes_apart_and_does_nothing_of_a_refused_one(client: Client, shop: Shop) -> None:
    answers = [send(client, "post", "cart/", {}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert Cart.objects.count() == 2
    assert answers[0]["RateLimit-Policy"] == '"api-writes-address";q=2;w=60'
    assert send(client, "get", "products/").status_code == 200


def test_counts_what_is_refused_for_another_reason_too(client: Client, shop: Shop) -> None:
    answers = [send(client, "post", "checkout/", {"nonsense": 1}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 429]


def test_cannot_be_escaped_by_naming_another_address(client: Client, shop: Shop) -> None:
    statuses = [
        client.get("/api/v1/products/", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in range(4)
    ]

    assert statuses == [200, 200, 200, 429]


def test_counts_behind_a_proxy_who_really_asks(
    client: Client, shop: Shop, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1

    def status(said: str) -> int:
        return client.get("/api/v1/products/", headers={"X-Forwarded-For": said}).status_code

    assert [status(f"203.0.113.{n}, 198.51.100.7") for n in range(4)] == [200, 200, 200, 429]
    assert status("203.0.113.1, 198.51.100.8") == 200


def test_goes_on_answering_without_redis(client: Client, shop: Shop, settings: Settings) -> None:
    without_redis(settings)

    answers = [send(client, "get", "products/") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert "RateLimit" not in answers[0]


def test_pages_are_not_counted(client: Client, shop: Shop) -> None:
    answers = [client.get("/cart/") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert "RateLimit" not in answers[0]


def test_is_switched_off_for_measuring_only(settings: Settings) -> None:
    assert load(GOOD).limits_api is True
    assert load({**GOOD, "API_LIMITS": "0"}).limits_api is False


def test_coupons_are_guessed_twenty_times(client: Client, shop: Shop, settings: Settings) -> None:
    settings.API_CALLS_PER_MINUTE = {}

    def tries(code: str, cart: str) -> int:
        return int(send(client, "post", "cart/coupons/", {"code": code}, cart=cart).status_code)

    # Another cart for each guess makes no difference.
    statuses = [tries(f"GUESS{n}", cart_of(shop.medium)) for n in range(21)]

    assert statuses == [409] * 20 + [429]
    cart = cart_of(shop.medium)
    assert tries("WELCOME10", cart) == 429
    assert CartCoupon.objects.count() == 0
    pass_time(REFUSED_COUPONS, HERE, timedelta(minutes=3))
    assert tries("WELCOME10", cart) == 201


def test_coupons_that_are_good_count_for_nothing(
    client: Client, shop: Shop, settings: Settings
) -> None:
    settings.API_CALLS_PER_MINUTE = {}
    cart = cart_of(shop.medium)

    for _ in range(25):
        answer = send(client, "post", "cart/coupons/", {"code": "WELCOME10"}, cart=cart)
        assert answer.status_code == 201
        send(client, "delete", "cart/coupons/WELCOME10/", cart=cart)

    answer = send(client, "post", "cart/coupons/", {"code": "WELCOME10"}, cart=cart)
    assert answer["RateLimit"] == '"refused-coupons";r=19;t=180'
