"""Reading what a provider says as carefully as what a stranger types."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from payments.gateways.base import GatewayRefused
from shopflow.lib.money import Money, from_minor_units

LARGEST = 10**12  # minor units
LARGEST_BOOKED = Decimal(10**10)  # NUMERIC(12,2)


class Nonsense(Exception):
    """What came in doesn't have the agreed shape."""


def parse(content: bytes) -> Any:
    """Return the JSON value; raises Nonsense, also for what our JSONB columns can't hold."""
    try:
        value = json.loads(content)
        # Half a surrogate pair fails here, NaN and 1e999 too.
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError) as error:
        raise Nonsense("json") from error
    if re.search(r"(?<!\\)(\\\\)*\\u0000", text):
        raise Nonsense("NUL")
    return value


def json_object(value: Any) -> dict[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise Nonsense("not an object")
    return value


def text(given: Mapping[str, Any], name: str, longest: int = 255) -> str:
    """Return a member that is a text."""
    value = given.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise Nonsense(name)
    return value


def match(given: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    """Return a text that follows the pattern as a whole."""
    value = text(given, name)
    if not pattern.fullmatch(value):
        raise Nonsense(name)
    return value


def one_of(given: Mapping[str, Any], name: str, words: frozenset[str]) -> str:
    """Return a text that is one of the words."""
    value = text(given, name)
    if value not in words:
        raise Nonsense(name)
    return value


def whole(given: Mapping[str, Any], name: str, limit: int) -> int:
    """Return a whole number from 0 up to the limit."""
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < limit:
        raise Nonsense(name)
    return value


def signed(given: Mapping[str, Any], name: str) -> int:
    """Return minor units that may be below zero."""
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not -LARGEST < value < LARGEST:
        raise Nonsense(name)
    return value


def seconds(given: Mapping[str, Any], name: str, limit: int) -> float:
    """Return a time in unix seconds from 1970 up to the limit."""
    value = given.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < limit:
        raise Nonsense(name)
    return value


def money(given: Mapping[str, Any], name: str, currency: str) -> Money:
    """Return a member in minor units as money of this currency."""
    money = from_minor_units(whole(given, name, LARGEST), currency)
    if money.amount >= LARGEST_BOOKED:
        raise Nonsense(name)
    return money


def only(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the members of these names, as far as they are there."""
    return {name: given[name] for name in names if name in given}


def is_below(origin: str, url: Any) -> bool:
    """Whether it is an address at the provider's own origin."""
    return isinstance(url, str) and url.isprintable() and url.startswith(f"{origin}/")


def refusal(value: Any) -> GatewayRefused:
    """Return the definite no in an answer, in the provider's words."""
    error = value.get("error") if isinstance(value, dict) else None
    given = error if isinstance(error, dict) else {}
    code, message = given.get("code"), given.get("message")
    return GatewayRefused(
        message[:255] if isinstance(message, str) else "",
        provider_code=code[:64] if isinstance(code, str) else "",
    )
