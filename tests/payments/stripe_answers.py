"""Stripe's answers for what localstripe can't do: Checkout, idempotency keys, disputes, payouts.

Written after Stripe's API reference (version 2026-10-28, https://docs.stripe.com/api), not recorded
from an account: the members our adapter reads, as the reference shows them.
"""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from payments.gateways.stripe import StripeGateway
from payments.gateways.stripe.wire import Wire

PAGES = ["https://checkout.stripe.com", "https://hooks.stripe.com"]
SECRET, OLD_SECRET = "whsec_new", "whsec_old"
PAGE = "https://checkout.stripe.com/c/pay/cs_test_1#" + "fidkdWxOYHwnPyd1blpxYHZxWjA0" * 20


# Method, path, parameters, idempotency key.
Asked = tuple[str, str, dict[str, str], str]


class Script(stripe.HTTPClient):
    """Stands in for the wire: answers as told, in order, and keeps what was asked."""

    name = "script"

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[tuple[int, Any] | Exception] = []
        self.asked: list[Asked] = []

    def say(self, *values: Mapping[str, Any] | Exception, status: int = 200) -> None:
        """Add the next answers."""
        for value in values:
            self.answers.append(value if isinstance(value, Exception) else (status, value))

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        said = dict(parse_qsl(post_data or parts.query, keep_blank_values=True))
        key = (headers or {}).get("Idempotency-Key", "")
        self.asked.append((method.upper(), parts.path, said, key))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return json.dumps(self.answer(self.asked[-1], dict(answer[1]))), answer[0], {}

    def answer(self, asked: Asked, value: dict[str, Any]) -> dict[str, Any]:
        """Return what is said to a request."""
        return value

    def close(self) -> None:
        pass


def adapter(script: Script) -> StripeGateway:
    wire = Wire(api_key="sk_test", api_base="https://api.stripe.com", http_client=script)
    return StripeGateway(wire=wire, origins=PAGES, secrets=[SECRET, OLD_SECRET])


def session(key: str = "", **changes: Any) -> dict[str, Any]:
    """A Checkout session that waits for its shopper."""
    return {
        "id": "cs_test_1",
        "object": "checkout.session",
        "amount_total": 5990,
        "currency": "usd",
        "metadata": {"key": key, "reference": "ORD-1"},
        "payment_intent": None,
        "status": "open",
        "payment_status": "unpaid",
        "url": PAGE,
        **changes,
    }


def intent(key: str = "", **changes: Any) -> dict[str, Any]:
    """A PaymentIntent that is paid, its charge and card expanded."""
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 5990,
        "amount_received": 5990,
        "currency": "usd",
        "metadata": {"key": key, "reference": "ORD-1"},
        "status": "succeeded",
        "last_payment_error": None,
        "next_action": None,
        "setup_future_usage": None,
        "latest_charge": {"id": "ch_1", "object": "charge", "amount_refunded": 0},
        "payment_method": {
            "id": "pm_1",
            "object": "payment_method",
            "type": "card",
            "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034},
        },
        **changes,
    }


def declined(code: str, message: str) -> dict[str, Any]:
    return {"code": "card_declined", "decline_code": code, "message": message, "type": "card_error"}


def refund(**changes: Any) -> dict[str, Any]:
    return {
        "id": "re_1",
        "object": "refund",
        "amount": 990,
        "currency": "usd",
        "metadata": {"key": "refund-1"},
        "payment_intent": "pi_1",
        "status": "succeeded",
        **changes,
    }


def dispute(**changes: Any) -> dict[str, Any]:
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": 5990,
        "currency": "usd",
        "created": 1772366399,
        "evidence_details": {"due_by": 1772971199, "has_evidence": False},
        "payment_intent": "pi_1",
        "reason": "fraudulent",
        "status": "needs_response",
        **changes,
    }


def listed(*rows: Mapping[str, Any], has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": list(rows), "has_more": has_more, "url": "/v1/rows"}


def no_answer(why: str = "no answer") -> Exception:
    """What Stripe's library raises when nothing comes back."""
    return stripe.APIConnectionError(why)  # type: ignore[no-untyped-call]


def error(code: str, message: str = "", kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "type": kind}}


def event(about: Mapping[str, Any], type_: str = "payment_intent.succeeded") -> bytes:
    """The body of an event about an object, as Stripe posts it."""
    content = {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": int(time.time()),
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "type": type_,
    }
    return json.dumps(content).encode()


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers that prove that Stripe sent this body, at `at` (now)."""
    moment = int(time.time() if at is None else at)
    sign = stripe.WebhookSignature.generate_signature_header
    return {"Stripe-Signature": sign(body.decode(), secret, moment)}
