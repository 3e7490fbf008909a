"""Stripe's objects, read member by member; each raises Nonsense."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from payments.gateways import answers
from payments.gateways.base import (
    ProviderDispute,
    ProviderMethod,
    ProviderPayment,
    ProviderPayout,
    ProviderPayoutLine,
    ProviderRefund,
)
from payments.gateways.stripe.amounts import from_units
from shopflow.lib.money import Money

ID = re.compile(r"[A-Za-z0-9_]{1,100}", re.ASCII)
CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)
LATEST = 4_102_444_800  # the year 2100: later is nonsense and breaks date arithmetic
KEPT_CARD = "kept_card"  # our word, in the metadata of payments with a kept card
STATUSES = {
    "requires_payment_method": "pending",
    "requires_confirmation": "pending",
    "processing": "pending",
    "requires_action": "requires_action",
    "requires_capture": "authorized",
    "succeeded": "captured",
    "canceled": "voided",
}
HAVE_MONEY = frozenset({"requires_capture", "succeeded"})
REFUND_STATUSES = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}
DISPUTE_STATUSES = {
    "warning_needs_response": "needs_response",
    "needs_response": "needs_response",
    "warning_under_review": "under_review",
    "under_review": "under_review",
    "warning_closed": "won",
    "prevented": "won",
    "won": "won",
    "lost": "lost",
}
PAYOUT_STATUSES = {
    "pending": "pending",
    "in_transit": "pending",
    "paid": "paid",
    "failed": "failed",
    "canceled": "failed",
}
LINE_TYPES = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "stripe_fee": "fee",
    "adjustment": "adjustment",
}
BRANDS = {"amex": "American Express", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}


def payment(given: Mapping[str, Any], *, page: str | None = None) -> ProviderPayment:
    """Return a PaymentIntent with `latest_charge` and `payment_method` expanded.

    `page` is the address of its Checkout page while that is open.
    """
    status, error = _status(given)
    card = _card(given)
    charge = given.get("latest_charge")
    refunded = charge.get("amount_refunded", 0) if isinstance(charge, Mapping) else 0
    currency = _currency(given)
    return ProviderPayment(
        id=answers.match(given, "id", ID),
        **_names(given),
        status=status,
        amount=_money(given, "amount"),
        captured=_money(given, "amount_received"),
        refunded=_money({"refunded": refunded, "currency": currency.lower()}, "refunded"),
        redirect_url=page or _asks_at(given),
        failure_code=str(error.get("decline_code") or error.get("code") or "")[:50],
        failure_reason=str(error.get("message") or "")[:255],
        card_brand=card.card_brand if card else "",
        card_last_four=card.card_last_four if card else "",
        kept=card if given.get("setup_future_usage") and status in _PAID else None,
    )


def session(given: Mapping[str, Any], *, origins: Sequence[str]) -> ProviderPayment:
    """Return a Checkout session with its PaymentIntent, expanded as above, if it has one yet."""
    is_open = answers.text(given, "status") == "open"
    page = given.get("url") if is_open else None
    if page is not None and not any(answers.is_below(origin, page) for origin in origins):
        raise answers.Nonsense("url")
    intent = given.get("payment_intent")
    if isinstance(intent, Mapping):
        return payment(intent, page=page)
    amount = _money(given, "amount_total")
    return ProviderPayment(
        id=answers.match(given, "id", ID),
        **_names(given),
        status="pending" if is_open else "voided",
        amount=amount,
        captured=Money(amount.amount * 0, amount.currency),
        refunded=Money(amount.amount * 0, amount.currency),
        redirect_url=page,
    )


def refund(given: Mapping[str, Any]) -> ProviderRefund:
    """Return a refund."""
    return ProviderRefund(
        id=answers.match(given, "id", ID),
        key=str((given.get("metadata") or {}).get("key", "")),
        payment_id=answers.match(given, "payment_intent", ID),
        amount=_money(given, "amount"),
        status=_word(given, "status", REFUND_STATUSES),
    )


def dispute(given: Mapping[str, Any]) -> ProviderDispute:
    """Return a dispute."""
    details = given.get("evidence_details") or {}
    return ProviderDispute(
        id=answers.match(given, "id", ID),
        payment_id=answers.match(given, "payment_intent", ID),
        amount=_money(given, "amount"),
        status=_word(given, "status", DISPUTE_STATUSES),
        reason=answers.text(given, "reason", longest=50),
        opened_at=moment(given, "created"),
        evidence_due_at=moment(details, "due_by") if details.get("due_by") else None,
    )


def payout(given: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> ProviderPayout:
    """Return a payout with its balance transactions, whose `source` is expanded."""
    currency = _currency(given)
    return ProviderPayout(
        id=answers.match(given, "id", ID),
        amount=from_units(answers.signed(given, "amount"), currency),
        status=_word(given, "status", PAYOUT_STATUSES),
        arrives_on=moment(given, "arrival_date").date(),
        lines=tuple(_line(line) for line in lines if line.get("type") != "payout"),
    )


def moment(given: Mapping[str, Any], name: str) -> datetime:
    """Return a time in UTC."""
    return datetime.fromtimestamp(answers.seconds(given, name, LATEST), UTC)


_PAID = frozenset({"authorized", "captured"})


def _status(given: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the status in our words, and why the last try failed while that still matters."""
    status = _word(given, "status", STATUSES)
    error = given.get("last_payment_error")
    if not isinstance(error, Mapping) or status in _PAID:
        return status, {}
    # A kept card has no page on which another could be tried: the attempt is over.
    is_over = status == "pending" and KEPT_CARD in (given.get("metadata") or {})
    return ("failed" if is_over else status), error


def _names(given: Mapping[str, Any]) -> dict[str, Any]:
    # Payments that others made in the same account have none.
    named = given.get("metadata") or {}
    return {"key": str(named.get("key", "")), "reference": str(named.get("reference", ""))}


def _card(given: Mapping[str, Any]) -> ProviderMethod | None:
    method = given.get("payment_method")
    card = method.get("card") if isinstance(method, Mapping) else None
    if not isinstance(method, Mapping) or not isinstance(card, Mapping):
        return None
    brand = answers.text(card, "brand", longest=20)
    return ProviderMethod(
        token=answers.match(method, "id", ID),
        card_brand=BRANDS.get(brand, brand.capitalize()),
        card_last_four=answers.text(card, "last4", longest=4),
        exp_month=answers.whole(card, "exp_month", 13),
        exp_year=answers.whole(card, "exp_year", 2101),
    )


def _asks_at(given: Mapping[str, Any]) -> str | None:
    """Return where the bank asks the card holder (3-D Secure), if it does."""
    action = given.get("next_action")
    place = action.get("redirect_to_url") if isinstance(action, Mapping) else None
    url = place.get("url") if isinstance(place, Mapping) else None
    if url is None:
        return None
    if not isinstance(url, str) or not url.isprintable() or urlsplit(url).scheme != "https":
        raise answers.Nonsense("next_action")
    return url


def _line(given: Mapping[str, Any]) -> ProviderPayoutLine:
    currency = _currency(given)
    kind = LINE_TYPES.get(str(given.get("type")), "adjustment")
    source = given.get("source")
    about = source if isinstance(source, Mapping) else {}
    if about.get("object") == "dispute":
        kind = "dispute"
    subject = about.get("payment_intent") if kind == "charge" else about.get("id")
    return ProviderPayoutLine(
        id=answers.match(given, "id", ID),
        type=kind,
        subject_id=str(subject or "") if kind in {"charge", "refund", "dispute"} else "",
        amount=from_units(answers.signed(given, "amount"), currency).amount,
        fee=from_units(answers.signed(given, "fee"), currency).amount,
        description=str(given.get("description") or "")[:255],
    )


def _currency(given: Mapping[str, Any]) -> str:
    return answers.match(given, "currency", CURRENCY).upper()


def _money(given: Mapping[str, Any], name: str) -> Money:
    money = from_units(answers.whole(given, name, answers.LARGEST), _currency(given))
    if money.amount >= answers.LARGEST_BOOKED:
        raise answers.Nonsense(name)
    return money


def _word(given: Mapping[str, Any], name: str, words: Mapping[str, str]) -> str:
    return words[answers.one_of(given, name, frozenset(words))]
