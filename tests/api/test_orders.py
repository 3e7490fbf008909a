from typing import Any

import pytest
from django.test import Client

from inventory.models import Inventory
from orders import commands as orders
from orders.models import Order
from shopflow.lib.models import IdempotencyKey
from tests.api.shop import ADDRESS, Shop, buy, problem, send
from tests.ledger import ledger

KEY = "key-of-this-cancellation"


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def forged(token: str) -> str:
    return f"{token[:40]}{'B' if token[40] == 'A' else 'A'}{token[41:]}"


@ledger("S1-58")
def test_shows_an_order_to_who_has_its_token(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)["order"]

    answer = send(client, "get", f"orders/{placed['number']}/", order=placed["token"])

    order = answer.json()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert (order["number"], order["status"]) == (placed["number"], "pending")
    assert (order["payment_status"], order["fulfilment_status"]) == ("unpaid", "unfulfilled")
    assert (order["is_payable"], order["is_cancellable"]) == (True, True)
    assert order["email"] == "ada@example.com"
    [item] = order["items"]
    assert (item["sku"], item["product_name"], item["variant_name"], item["quantity"]) == (
        "OBS-M",
        "Ocean Blue Shirt",
        "M",
        1,
    )
    assert (item["unit_price"], item["line_total"]) == (money("50.00"), money("50.00"))
    assert order["subtotal"] == money("50.00")
    assert order["shipping"] == money("5.00")
    assert order["tax"] == money("5.00")
    assert order["taxes"] == [
        {
            "name": "Sales tax",
            "rate": "0.100000",
            "taxable": money("50.00"),
            "amount": money("5.00"),
        }
    ]
    assert order["total"] == money("60.00")
    assert order["shipping_method"] == "Standard"
    assert order["shipping_address"] == ADDRESS
    assert order["billing_address"] == ADDRESS
    assert order["shipments"] == []


def test_shows_where_the_parcel_is(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)["order"]
    order = Order.objects.get()
    orders.confirm(order_id=order.pk, amount=order.total)
    orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")

    shown = send(client, "get", f"orders/{placed['number']}/", order=placed["token"]).json()

    [shipment] = shown["shipments"]
    assert shown["status"] == "shipped"
    assert (shipment["carrier"], shipment["tracking_number"], shipment["status"]) == (
        "UPS",
        "1Z999",
        "shipped",
    )


@pytest.mark.parametrize("method", ["get", "post", "pay"])
def test_knows_no_order_without_its_own_token(client: Client, shop: Shop, method: str) -> None:
    mine, other = buy(client, shop)["order"], buy(client, shop)["order"]
    suffix = {"get": "", "post": "cancellation/", "pay": "payments/"}[method]
    verb = "get" if method == "get" else "post"
    tries = [
        (mine["number"], None),
        (mine["number"], ""),
        (mine["number"], "ÿ"),
        (mine["number"], "x" * 400),
        (mine["number"], other["token"]),
        (mine["number"], forged(mine["token"])),
        ("ORD-2026-999999", mine["token"]),
        ("nothing", mine["token"]),
    ]

    for number, token in tries:
        answer = send(client, verb, f"orders/{number}/{suffix}", order=token, key=KEY)
        problem(answer, 404, "order_not_found")

    assert set(Order.objects.values_list("status", flat=True)) == {"pending"}
    assert IdempotencyKey.objects.filter(route="cancellation").count() == 0


@pytest.mark.parametrize(
    "number", ["%00", "a%00b", "%F0%9F%98%80", "x" * 31, "a/b", "..", "' or 1"]
)
def test_knows_no_order_of_an_odd_number(client: Client, shop: Shop, number: str) -> None:
    token = buy(client, shop)["order"]["token"]

    answer = send(client, "get", f"orders/{number}/", order=token)

    problem(answer, 404, "not_found")


def test_cancels_and_gives_the_stock_back(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)["order"]
    path = f"orders/{placed['number']}/cancellation/"

    answer = send(client, "post", path, {"reason": "Too slow"}, order=placed["token"], key=KEY)

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["cancel_reason"]) == ("cancelled", "Too slow")
    assert answer.json()["is_cancellable"] is False
    assert Inventory.objects.get(variant=shop.medium).quantity_reserved == 0


def test_cancels_without_a_word_and_repeats_the_answer(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)["order"]
    path = f"orders/{placed['number']}/cancellation/"

    first = send(client, "post", path, order=placed["token"], key=KEY)
    again = send(client, "post", path, order=placed["token"], key=KEY)
    other_key = send(client, "post", path, order=placed["token"], key="another-key")

    assert first.json()["cancel_reason"] == "by the customer"
    assert (again.status_code, again.content) == (200, first.content)
    assert other_key.json()["cancelled_at"] == first.json()["cancelled_at"]
    assert Order.objects.get().history.count() == 2


def test_cancels_nothing_that_has_left(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)["order"]
    order = Order.objects.get()
    orders.confirm(order_id=order.pk, amount=order.total)
    orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")
    path = f"orders/{placed['number']}/cancellation/"

    first = send(client, "post", path, order=placed["token"], key=KEY)
    again = send(client, "post", path, order=placed["token"], key=KEY)

    problem(first, 409, "order_not_cancellable")
    assert again.content == first.content
    assert Order.objects.get().status == "shipped"


@pytest.mark.parametrize(
    ("body", "key", "status", "code"),
    [
        (None, None, 400, "idempotency_key_missing"),
        ({"reason": "x" * 101}, KEY, 400, "invalid"),
        ({"reason": "\0"}, KEY, 400, "invalid"),
        ({"refund": "60.00"}, KEY, 400, "unknown_field"),
        ([], KEY, 400, "invalid"),
    ],
)
def test_refuses_a_bad_cancellation(
    client: Client, shop: Shop, body: Any, key: str | None, status: int, code: str
) -> None:
    placed = buy(client, shop)["order"]
    path = f"orders/{placed['number']}/cancellation/"

    answer = send(client, "post", path, body, order=placed["token"], key=key)

    problem(answer, status, code)
    assert Order.objects.get().status == "pending"


def test_refuses_the_key_of_another_cancellation(client: Client, shop: Shop) -> None:
    placed = buy(client, shop)["order"]
    path = f"orders/{placed['number']}/cancellation/"
    send(client, "post", path, {"reason": "a"}, order=placed["token"], key=KEY)

    answer = send(client, "post", path, {"reason": "b"}, order=placed["token"], key=KEY)

    problem(answer, 422, "idempotency_key_reused")


def test_asks_the_database_so_often(
    client: Client, shop: Shop, django_assert_num_queries: Any
) -> None:
    placed = buy(client, shop)["order"]

    # Begin, who reads, whose it is, the order, five kinds of details, commit.
    with django_assert_num_queries(10):
        shown = send(client, "get", f"orders/{placed['number']}/", order=placed["token"])

    assert shown.status_code == 200


def test_lists_no_orders_to_guests(client: Client, shop: Shop) -> None:
    token = buy(client, shop)["order"]["token"]

    problem(send(client, "get", "orders/", order=token), 401, "not_authenticated")
