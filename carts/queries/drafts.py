"""What was typed at the checkout of a cart, and what the cart costs on these terms."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from carts.models import CheckoutDraft
from carts.queries.pricing import price_cart
from carts.queries.quotes import Quote
from shipping.errors import ShippingMethodUnavailable
from shipping.queries import Destination, countries, vat_answer
from shopflow.lib.addresses import country_of, known_countries

LONGEST_POSTAL_CODE = 20


def draft_of(cart_id: UUID) -> Mapping[str, str]:
    """Return what was typed at the checkout of a cart, by the names of the form's fields."""
    found = CheckoutDraft.objects.filter(cart=cart_id).values_list("answers", flat=True).first()
    return found or {}


def offered_countries() -> list[str]:
    """Return the countries we ship to and know how to write to."""
    return [code for code in countries() if code in known_countries()]


def destination_of(*, answers: Mapping[str, Any], known: Sequence[str]) -> Destination | None:
    """Return where the parcel goes as far as it is known, or None; `known` are our countries."""
    code = answers.get("country_code") or ""
    if code not in known:
        return None
    land = country_of(code)
    postal_code = (answers.get("postal_code") or "")[:LONGEST_POSTAL_CODE].replace("\0", "")
    state = land.state_of(answers.get("state") or "") if land.states else ""
    if not state and land.states and "state" in land.required:
        return Destination(code, is_whole=False)
    return Destination(code, state or "", postal_code)


def price_typed(*, cart_id: UUID, answers: Mapping[str, str], known: Sequence[str]) -> Quote:
    """Return what a cart costs on the terms typed so far, as far as they make sense.

    A way of shipping that doesn't go there is left out: the cheapest takes its place. May talk to
    services, so never in a transaction.
    """
    terms: dict[str, Any] = {
        "cart_id": cart_id,
        "address": destination_of(answers=answers, known=known),
        "email": _email(answers.get("email", "")),
        "vat": vat_answer(answers.get("vat_id", "")),
    }
    try:
        return price_cart(**terms, shipping_method_id=_id(answers.get("shipping_method", "")))
    except ShippingMethodUnavailable:
        return price_cart(**terms)


def _email(written: str) -> str:
    """Return whose order it will be, or '' while that isn't a whole address yet."""
    try:
        validate_email(written.strip())
    except ValidationError:
        return ""
    return written.strip()


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
