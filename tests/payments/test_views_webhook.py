import json
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from payments.models import PaymentEvent
from tests.payments.webhooks import Till, signed

pytestmark = pytest.mark.django_db
ADDRESS = "/webhooks/payments/sandbox/"


def send(body: bytes, headers: dict[str, str], address: str = ADDRESS) -> Any:
    """Send it as the provider does: no cookie, no token, no page of ours."""
    client = Client(enforce_csrf_checks=True)
    return client.post(address, body, content_type="application/json", headers=headers)


def test_signed_event_is_in_the_inbox_before_the_answer(order: Order, till: Till) -> None:
    body = till.event(till.pay(order))

    response = send(body, signed(body))

    assert response.status_code == 200
    assert PaymentEvent.objects.get().provider_event_id == json.loads(body)["id"]
    order.refresh_from_db()
    assert order.status == "pending"


def test_event_sent_again_is_answered_and_kept_once(order: Order, till: Till) -> None:
    body = till.event(till.pay(order))
    send(body, signed(body))

    response = send(body, signed(body))

    assert response.status_code == 200
    assert PaymentEvent.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b"\xff\x00", b'{"id": 1}'])
def test_body_that_is_no_event_is_refused(till: Till, db: None, body: bytes) -> None:
    response = send(body, signed(body))

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert PaymentEvent.objects.count() == 0


@pytest.mark.parametrize("headers", [{}, {"Sandbox-Signature": "t=1,v1=00"}])
def test_unsigned_event_is_refused(order: Order, till: Till, headers: dict[str, str]) -> None:
    body = till.event(till.pay(order))

    response = send(body, headers)

    assert response.status_code == 400
    assert PaymentEvent.objects.count() == 0


def test_event_with_another_secret_is_refused(order: Order, till: Till) -> None:
    body = till.event(till.pay(order))

    response = send(body, signed(body, secret="guessed"))

    assert (response.status_code, response.json()["code"]) == (400, "invalid_signature")
    assert PaymentEvent.objects.count() == 0


def test_unknown_provider_is_not_found(db: None) -> None:
    response = send(b"{}", {}, "/webhooks/payments/nobody/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_nothing_is_reported_by_looking(client: Client, db: None) -> None:
    assert client.get(ADDRESS).status_code == 405
