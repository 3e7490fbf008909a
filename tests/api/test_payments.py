from typing import Any

import pytest
from django.test import Client

from orders import commands as orders
from orders.models import Order
from payments.models import Payment
from tests.api.shop import Shop, buy, problem, send
from tests.payments.sandbox_process import Sandbox

KEY = "key-of-this-payment"


def pay(client: Client, placed: dict[str, Any], body: Any = None, key: str | None = KEY) -> Any:
    order = placed["order"]
    return send(
        client, "post", f"orders/{order['number']}/payments/", body, order=order["token"], key=key
    )


def test_leads_to_the_providers_page(client: Client, shop: Shop, sandbox: Sandbox) -> None:
    placed = buy(client, shop)

    answer = pay(client, placed, {"provider": "sandbox"})

    payment = Payment.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"client_action": {"redirect": payment.redirect_url}}
    assert payment.redirect_url.startswith(sandbox.url)
    assert (payment.amount, payment.currency) == (Order.objects.get().total, "USD")
    assert Order.objects.get().status == "pending"


def test_answers_a_repeated_request_byte_for_byte(
    client: Client, shop: Shop, sandbox: Sandbox
) -> None:
    placed = buy(client, shop)
    first = pay(client, placed)
    order = Order.objects.get()
    orders.confirm(order_id=order.pk, amount=order.total)

    again = pay(client, placed)
    another = pay(client, placed, key="another-key")

    assert (again.status_code, again.content) == (201, first.content)
    problem(another, 409, "order_not_payable")
    assert Payment.objects.count() == 1


def test_refuses_the_key_of_another_request(client: Client, shop: Shop, sandbox: Sandbox) -> None:
    placed = buy(client, shop)
    pay(client, placed)

    answer = pay(client, placed, {"provider": "sandbox"})

    problem(answer, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "key", "status", "code"),
    [
        (None, None, 400, "idempotency_key_missing"),
        ({"provider": "paypal"}, KEY, 404, "unknown_provider"),
        ({"provider": "\0"}, KEY, 400, "invalid"),
        ({"amount": "0.01"}, KEY, 400, "unknown_field"),
    ],
)
def test_refuses_a_bad_request(
    client: Client, shop: Shop, body: Any, key: str | None, status: int, code: str
) -> None:
    placed = buy(client, shop)

    answer = pay(client, placed, body, key=key)

    problem(answer, status, code)
    assert not Payment.objects.exists()


def test_may_be_tried_again_with_the_same_key_when_the_provider_was_away(
    client: Client, shop: Shop, sandbox: Sandbox, settings: Any
) -> None:
    placed = buy(client, shop)
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    away = pay(client, placed)
    settings.SANDBOX_URL = sandbox.url

    answer = pay(client, placed)

    assert away["Content-Type"] == "application/problem+json"
    assert away.status_code == 503
    assert answer.status_code == 201
    assert Payment.objects.count() == 1
