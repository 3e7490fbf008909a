from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from payments.models import GiftCard, GiftCardHold
from tests.api.shop import Shop, buy, problem, send
from tests.gift_cards import given, money_on

KEY = "key-of-this-card"
WRONG = "ACDE-FGHJ-KMNP-RTUV"


def use(client: Client, placed: dict[str, Any], code: object, key: str | None = KEY) -> Any:
    order = placed["order"]
    address = f"orders/{order['number']}/gift-cards/"
    return send(client, "post", address, {"code": code}, order=order["token"], key=key)


def test_a_card_lowers_what_is_left(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)
    card, code = given("20.00")

    answer = use(client, placed, code)

    left = Order.objects.get().total - Decimal("20.00")
    assert answer.status_code == 201
    assert answer.json() == {
        "gift_cards": [
            {
                "id": str(GiftCardHold.objects.get().pk),
                "last_four": card.code_last_four,
                "amount": {"amount": "20.00", "currency": "USD"},
            }
        ],
        "left_to_pay": {"amount": str(left), "currency": "USD"},
    }


def test_the_same_request_again_gets_the_same_answer(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)
    card, code = given("20.00")

    first, second = use(client, placed, code), use(client, placed, code)

    assert (second.status_code, second.content) == (201, first.content)
    assert money_on(card) == (Decimal("20.00"), Decimal("20.00"))


def test_a_covered_order_is_paid_without_a_provider(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)
    use(client, placed, given("500.00")[1])
    order = placed["order"]

    answer = send(
        client,
        "post",
        f"orders/{order['number']}/payments/",
        order=order["token"],
        key="key-of-the-payment",
    )

    assert answer.status_code == 201
    assert "/orders/" in answer.json()["client_action"]["redirect"]
    assert Order.objects.get().status == "confirmed"


def test_a_card_is_taken_off_and_shown(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)
    card, code = given("20.00")
    use(client, placed, code)
    order = placed["order"]
    address = f"orders/{order['number']}/gift-cards/"

    for _ in range(2):
        answer = send(
            client, "delete", f"{address}{GiftCardHold.objects.get().pk}/", order=order["token"]
        )
        assert (answer.status_code, answer.json()["gift_cards"]) == (200, [])

    shown = send(client, "get", address, order=order["token"])
    assert shown.json() == answer.json()
    assert money_on(card) == (Decimal("20.00"), 0)


@pytest.mark.parametrize("code", ["", WRONG, 5, None, "\0", "A" * 41])
def test_a_wrong_code_is_a_4xx(client: Client, shop: Shop, code: object) -> None:
    placed = buy(client, shop)

    answer = use(client, placed, code)

    assert answer.status_code in {400, 404, 422}
    assert answer.json()["code"]
    assert GiftCardHold.objects.count() == 0


def test_needs_a_key_and_the_orders_token(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)
    _, code = given("20.00")

    problem(use(client, placed, code, key=None), 400, "idempotency_key_missing")
    placed["order"]["token"] = "nobody's"
    problem(use(client, placed, code), 404, "order_not_found")

    assert GiftCardHold.objects.count() == 0


def test_balance(client: Client, shop: Shop) -> None:
    card, code = given("20.00")

    answer = send(client, "post", "gift-cards/balance/", {"code": code.lower()})

    told = answer.json()
    assert answer.status_code == 200
    assert told["left"] == {"amount": "20.00", "currency": "USD"}
    assert [move["type"] for move in told["history"]] == ["issue"]
    assert code not in answer.content.decode()
    problem(
        send(client, "post", "gift-cards/balance/", {"code": WRONG}), 404, "gift_card_not_found"
    )
    assert GiftCard.objects.get() == card
