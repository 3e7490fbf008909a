"""Stripe's events: signed news that something changed. What changed is looked up."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import stripe

from payments.gateways import answers
from payments.gateways.base import InvalidSignature, StaleSignature
from payments.gateways.stripe.reading import ID

TOLERANCE = 300  # seconds a signature's time may be away from ours
HEADER = "stripe-signature"
SENT_AT = re.compile(r"(?:^|,)\s*t=([0-9]{1,12})(?:,|$)", re.ASCII)
WORD = re.compile(r"[a-z_.]{1,100}", re.ASCII)
# What an event may be about, and which member names the payment.
PAYMENTS = {
    "payment_intent": ("id",),
    "checkout.session": ("payment_intent", "id"),
    "charge": ("payment_intent",),
    "refund": ("payment_intent",),
}
KEPT_OF_OBJECT = ("id", "object", "payment_intent")


def check_signature(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> None:
    """Raise InvalidSignature or StaleSignature unless one of the secrets signed this body now."""
    given = [value for name, value in headers.items() if name.lower() == HEADER]
    sent_at = SENT_AT.search(given[0]) if len(given) == 1 else None
    # All secrets are tried, whichever fits, so that the time taken tells nothing.
    hits = [_fits(body, given[0], secret) for secret in secrets] if sent_at else []
    if sent_at is None or not any(hits):
        raise InvalidSignature
    if abs(now.timestamp() - int(sent_at[1])) > TOLERANCE:
        raise StaleSignature


def kept(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of an event: what it is called and what it is about, nobody's data."""
    about = answers.json_object(answers.json_object(payload.get("data")).get("object"))
    return {
        **answers.only(payload, ("id", "type", "created")),
        "data": {"object": {name: _name(about, name) for name in KEPT_OF_OBJECT if name in about}},
    }


def subject(payload: Mapping[str, Any]) -> tuple[str, str]:
    """Return what an event is about: ("payment" or "dispute", its id), or ("", "")."""
    about = payload["data"]["object"]
    if about.get("object") == "dispute":
        return "dispute", about.get("id") or ""
    for name in PAYMENTS.get(about.get("object") or "", ()):
        if about.get(name):
            return "payment", about[name]
    return "", ""


def _fits(body: bytes, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret)
    except (stripe.SignatureVerificationError, UnicodeError):
        return False
    return True


def _name(about: Mapping[str, Any], name: str) -> str | None:
    value = about[name]
    # An expanded member says its id inside.
    value = value.get("id") if isinstance(value, Mapping) else value
    if value is not None and name == "object":
        return answers.match({name: value}, name, WORD)
    return None if value is None else answers.match({name: value}, name, ID)
