"""What Stripe has, since a moment: its lists are newest first, ours oldest first."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from payments.gateways.base import (
    ProviderDispute,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
)
from payments.gateways.stripe import reading
from payments.gateways.stripe.wire import Wire, read

PAGE = 100
EXPANDED = ["data.latest_charge", "data.payment_method"]


def payments(wire: Wire, since: datetime) -> Iterator[ProviderPayment]:
    """Yield the PaymentIntents; a page nobody has paid at yet has none."""
    params = _since(since, expand=EXPANDED)
    for found in _oldest_first(wire, wire.api.payment_intents.list, params):
        yield read(reading.payment, found)


def refunds(wire: Wire, since: datetime) -> Iterator[ProviderRefund]:
    """Yield the refunds of PaymentIntents."""
    for found in _oldest_first(wire, wire.api.refunds.list, _since(since)):
        if found.get("payment_intent"):
            yield read(reading.refund, found)


def disputes(wire: Wire, since: datetime) -> Iterator[ProviderDispute]:
    """Yield the disputes of PaymentIntents."""
    for found in _oldest_first(wire, wire.api.disputes.list, _since(since)):
        if found.get("payment_intent"):
            yield read(reading.dispute, found)


def payouts(wire: Wire, since: datetime) -> Iterator[ProviderPayout]:
    """Yield the payouts with the balance transactions in them."""
    for found in _oldest_first(wire, wire.api.payouts.list, _since(since)):
        wanted = {"payout": found.get("id"), "limit": PAGE, "expand": ["data.source"]}
        lines = list(_oldest_first(wire, wire.api.balance_transactions.list, wanted))
        yield read(partial(reading.payout, lines=lines), found)


def named(wire: Wire, key: str, since: datetime) -> str:
    """Return the id of the PaymentIntent, else the session, that was made with our key, or ""."""
    asks: list[Callable[[Any], Any]] = [
        wire.api.payment_intents.list,
        wire.api.checkout.sessions.list,
    ]
    for ask in asks:
        for found in wire.each(partial(ask, _since(since))):
            if (found.get("metadata") or {}).get("key") == key:
                return str(found.get("id", ""))
    return ""


def _since(moment: datetime, **more: Any) -> dict[str, Any]:
    return {"created": {"gte": int(moment.timestamp())}, "limit": PAGE, **more}


def _oldest_first(
    wire: Wire, ask: Callable[[Any], Any], params: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    # All of them first: what is made meanwhile would shift the pages otherwise.
    yield from reversed(list(wire.each(lambda: ask(params))))
