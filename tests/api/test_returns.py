from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.models import Order, OrderReturn
from shopflow.lib.models import OutboxMessage
from tests.api.shop import Shop, buy, problem, send
from tests.orders.coming_back import accepted, arrived, delivered_ago

KEY = "key-of-this-return"


@pytest.fixture
def placed(client: Client, shop: Shop) -> dict[str, Any]:
    """One medium shirt, bought by a guest."""
    order: dict[str, Any] = buy(client, shop)["order"]
    return order


def of(placed: dict[str, Any]) -> Order:
    return Order.objects.get(order_number=placed["number"])


def wish(placed: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Ask for the money of the one shirt."""
    line = {"item": str(of(placed).items.get().pk), "quantity": 1, "reason": "too_small"}
    return {"kind": "return", "resolution": "refund", "lines": [line], **changes}


def ask(client: Client, placed: dict[str, Any], body: Any, key: str | None = KEY) -> Any:
    path = f"orders/{placed['number']}/returns/"
    return send(client, "post", path, body, order=placed["token"], key=key)


def end(client: Client, placed: dict[str, Any], body: Any, key: str | None = KEY) -> Any:
    path = f"orders/{placed['number']}/withdrawal/"
    return send(client, "post", path, body, order=placed["token"], key=key)


def test_asks_for_a_return(client: Client, placed: dict[str, Any]) -> None:
    arrived(of(placed))

    answer = ask(client, placed, wish(placed, comment="Too short"))

    row = OrderReturn.objects.get()
    document = answer.json()
    assert answer.status_code == 201
    assert (document["number"], document["status"]) == (row.return_number, "requested")
    assert (document["kind"], document["resolution"]) == ("return", "refund")
    assert document["items"] == [
        {
            "item": str(row.items.get().order_item_id),
            "sku": "OBS-M",
            "product_name": "Ocean Blue Shirt",
            "quantity": 1,
            "quantity_received": 0,
            "reason": "too_small",
            "wanted_variant": None,
        }
    ]
    listed = send(
        client, "get", f"orders/{placed['number']}/returns/", order=placed["token"]
    ).json()
    assert listed == {"results": [document], "next": None, "previous": None}


def test_asks_once_however_often_it_is_sent(client: Client, placed: dict[str, Any]) -> None:
    arrived(of(placed))

    first = ask(client, placed, wish(placed))
    again = ask(client, placed, wish(placed))

    assert (again.status_code, again.content) == (201, first.content)
    assert OrderReturn.objects.count() == 1


def test_needs_a_key_and_refuses_it_for_something_else(
    client: Client, placed: dict[str, Any]
) -> None:
    arrived(of(placed))

    problem(ask(client, placed, wish(placed), key=None), 400, "idempotency_key_missing")
    problem(end(client, placed, {"name": "Ada"}, key=None), 400, "idempotency_key_missing")
    assert not OrderReturn.objects.exists()
    ask(client, placed, wish(placed))
    problem(ask(client, placed, wish(placed, comment="x")), 422, "idempotency_key_reused")

    assert OrderReturn.objects.count() == 1


def test_refuses_what_is_all_on_its_way_back(client: Client, placed: dict[str, Any]) -> None:
    accepted(arrived(of(placed)))

    answer = ask(client, placed, wish(placed))

    problem(answer, 409, "nothing_to_return")
    assert OrderReturn.objects.count() == 1


def test_refuses_it_when_it_is_late(client: Client, placed: dict[str, Any]) -> None:
    delivered_ago(arrived(of(placed)), days=31)

    problem(ask(client, placed, wish(placed)), 409, "return_too_late")
    problem(end(client, placed, {"name": "Ada"}, key="another-key"), 409, "withdrawal_too_late")

    assert not OrderReturn.objects.exists()


@pytest.mark.parametrize(
    "line",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 0.5},
        {"quantity": "1"},
        {"quantity": 10_001},
        {"reason": "withdrawal"},
        {"reason": ""},
        {"item": "nothing"},
        {"wanted_variant": "nothing"},
    ],
)
def test_names_what_is_wrong_with_a_line(
    client: Client, placed: dict[str, Any], line: dict[str, Any]
) -> None:
    arrived(of(placed))
    body = wish(placed)
    body["lines"][0] |= line

    problem(ask(client, placed, body), 400, "invalid")

    assert not OrderReturn.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "withdrawal"}, "invalid"),
        ({"resolution": "sent_back"}, "invalid"),
        ({"lines": []}, "invalid"),
        ({"comment": "x" * 2001}, "invalid"),
        ({"comment": "\0"}, "invalid"),
        ({"refund": "100.00"}, "unknown_field"),
        ({"resolution": "replacement"}, "invalid_return"),
        ({"kind": "exchange", "resolution": "exchange"}, "invalid_return"),
    ],
)
def test_names_what_is_wrong(
    client: Client, placed: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    arrived(of(placed))

    problem(ask(client, placed, wish(placed, **changes)), 400, code)

    assert not OrderReturn.objects.exists()


@pytest.mark.parametrize("path", ["returns/", "withdrawal/"])
def test_knows_no_order_without_its_own_token(
    client: Client, shop: Shop, placed: dict[str, Any], path: str
) -> None:
    arrived(of(placed))
    other = buy(client, shop)["order"]

    for token in (None, "", other["token"]):
        body = wish(placed) if path == "returns/" else {"name": "Ada"}
        number = placed["number"]
        answer = send(client, "post", f"orders/{number}/{path}", body, order=token, key=KEY)
        problem(answer, 404, "order_not_found")

    assert not OrderReturn.objects.exists()


def test_withdraws_from_what_hasnt_left(client: Client, placed: dict[str, Any]) -> None:
    answer = end(client, placed, {"name": "Ada Byron"})
    again = end(client, placed, {"name": "Ada Byron"})

    order = of(placed)
    assert (answer.status_code, again.content) == (201, answer.content)
    assert (answer.json()["order_status"], answer.json()["goods"]) == ("cancelled", None)
    assert (order.status, order.cancel_reason) == ("cancelled", "withdrawn from the contract")
    assert OutboxMessage.objects.filter(topic="mail:orders/withdrawal").count() == 1


def test_withdraws_from_a_part_of_what_arrived(client: Client, placed: dict[str, Any]) -> None:
    arrived(of(placed))
    lines = [{"item": str(of(placed).items.get().pk), "quantity": 1}]

    answer = end(client, placed, {"name": "Ada Byron", "lines": lines})

    document = answer.json()
    assert answer.status_code == 201
    assert (document["order_status"], document["goods"]["status"]) == ("delivered", "approved")
    assert document["goods"]["items"][0]["quantity"] == 1
    assert document["received_at"].endswith("Z")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "Ada", "lines": []}, {"name": "\0"}])
def test_names_what_is_wrong_with_a_statement(
    client: Client, placed: dict[str, Any], body: dict[str, Any]
) -> None:
    problem(end(client, placed, body), 400, "invalid")

    assert of(placed).status == "pending"


def test_number_of_queries(
    client: Client, placed: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    accepted(arrived(of(placed)))

    with django_assert_num_queries(7):
        send(client, "get", f"orders/{placed['number']}/returns/", order=placed["token"])
