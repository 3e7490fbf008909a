"""localstripe as a process on 127.0.0.1: `python -m tests.payments.localstripe_server`.

localstripe (https://github.com/adrienverge/localstripe) keeps the state of PaymentIntents, cards,
captures and refunds like Stripe. What it lacks of the real API and our adapter asks for is added
here, and nothing else: `return_url`, `amount_received`, lists since a moment, and an empty list of
Checkout sessions (it has none). It knows neither idempotency keys nor disputes nor Checkout: those
are tested on answers written after Stripe's reference (tests/payments/stripe_answers.py).
"""

import socket
from typing import Any

from aiohttp import web
from localstripe import resources  # type: ignore[import-untyped]
from localstripe.server import app  # type: ignore[import-untyped]

PaymentIntent, Charge, Refund = resources.PaymentIntent, resources.Charge, resources.Refund


def main() -> None:
    """Listen on any free port of this machine and print it."""
    resources.Store.dump_to_disk = lambda self: None
    create, capture = PaymentIntent._api_create.__func__, Charge._capture
    PaymentIntent._api_create = classmethod(
        lambda cls, return_url=None, **data: create(cls, **data)
    )
    PaymentIntent._api_list_all = classmethod(_list_since)
    PaymentIntent.amount_received = property(_received)
    Charge._capture = lambda self, amount: _note(self, amount, capture(self, amount))
    Charge.amount_refunded = property(_refunded)
    app.router.add_get("/v1/checkout/sessions", _no_sessions)
    sock = socket.create_server(("127.0.0.1", 0))
    print(sock.getsockname()[1], flush=True)  # noqa: T201 - the parent waits for it
    web.run_app(app, sock=sock, print=None)


def _received(intent: Any) -> int:
    charge = intent.latest_charge
    if charge is None or charge.status != "succeeded" or not charge.captured:
        return 0
    return int(getattr(charge, "_taken", charge.amount))


def _note(charge: Any, amount: Any, _done: None) -> None:
    charge._taken = charge.amount if amount is None else int(amount)


def _refunded(charge: Any) -> int:
    # What a partial capture let go is a refund of the charge there, but not at Stripe.
    asked = [row for row in charge.refunds._list if row.payment_intent]
    return sum(row.amount for row in asked)


def _list_since(cls: Any, /, url: str, created: Any = None, limit: Any = None, **_: Any) -> Any:
    found = resources.List(url, limit=limit)
    since = int(created["gte"]) if created else 0
    rows = [row for row in resources.store.values() if isinstance(row, cls)]
    found._list = [row for row in reversed(rows) if row.created >= since]
    return found


async def _no_sessions(_request: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [], "has_more": False, "url": "/"})


if __name__ == "__main__":
    main()
