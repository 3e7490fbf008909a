"""Paying at the real provider, and its events as it signs them, brought in any order."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from orders.models import Order
from payments.commands import process_event, receive, start_payment
from payments.models import Payment, PaymentEvent
from tests.payments.sandbox_process import CARD_PAYS, SECRET, Sandbox

RETURN_URL = "http://127.0.0.1:9/thanks/"
_numbers = count(1)


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers that prove that the provider sent this body, at `at` (now)."""
    moment = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), b"%d.%s" % (moment, body), hashlib.sha256)
    return {"Sandbox-Signature": f"t={moment},v1={mac.hexdigest()}"}


def event(payment: Payment, type_: str, state: Mapping[str, Any]) -> bytes:
    """The body of a new event that tells this state of a payment."""
    content = {
        "id": f"evt_{next(_numbers)}_{payment.pk.hex}",
        "type": type_,
        "created_ms": time.time_ns() // 1_000_000,
        "data": dict(state),
    }
    return json.dumps(content).encode()


@dataclass(frozen=True)
class Till:
    """A shopper at the provider and the provider's courier, one step at a time."""

    sandbox: Sandbox

    def start(self, order: Order) -> Payment:
        """Begin to pay; the shopper would now see the provider's page."""
        start_payment(order_id=order.pk, return_url=RETURN_URL)
        return Payment.objects.live().get(order=order)

    def pay(self, order: Order, card: str = CARD_PAYS) -> Payment:
        """Pay at the provider; the shop hears nothing of it yet."""
        payment = self.start(order)
        self.sandbox.pay(payment.provider_payment_id, card)
        return payment

    def event(self, payment: Payment, type_: str = "payment.captured", **data: Any) -> bytes:
        """The body of an event with the payment's present state; `data` tells it otherwise."""
        return event(payment, type_, self.sandbox.fetch(payment.provider_payment_id) | data)

    def receive(self, body: bytes, headers: Mapping[str, str] | None = None) -> UUID:
        """Bring an event to the inbox and return its row's id."""
        receive(provider="sandbox", body=body, headers=headers or signed(body))
        event_id = json.loads(body)["id"]
        return PaymentEvent.objects.get(provider_event_id=event_id).pk

    def tell(self, payment: Payment, type_: str = "payment.captured", **data: Any) -> str:
        """Bring an event of the payment's present state and let it take effect."""
        return process_event(event_id=self.receive(self.event(payment, type_, **data)))

    def paid(self, order: Order) -> Payment:
        """Pay an order and let the shop hear of it."""
        payment = self.pay(order)
        self.tell(payment)
        return Payment.objects.get(pk=payment.pk)
