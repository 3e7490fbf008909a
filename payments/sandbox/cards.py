"""The test cards, and whether what was typed is a card at all."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from payments.sandbox.wire import Refused

BRAND = "Visa"
PAYS = "4242424242424242"
DECLINES = "4000000000000002"
ASKS = "4000002500003155"
LACKS_FUNDS = "4000000000009995"
HINTS = {
    PAYS: "pays",
    ASKS: "asks you to confirm",
    DECLINES: "is declined",
    LACKS_FUNDS: "lacks the money",
}
REFUSALS = {
    DECLINES: ("card_declined", "Your bank declined this card. Please try another card."),
    LACKS_FUNDS: (
        "insufficient_funds",
        "There isn't enough money on this card. Please try another card.",
    ),
}


# What goes for the cards of tests that name a number alone.
LAST_MONTH = (12, 2034)


@dataclass(frozen=True)
class Card:
    """One of the test cards. Its number is never written down, its last four digits are."""

    number: str
    exp_month: int = LAST_MONTH[0]
    exp_year: int = LAST_MONTH[1]

    @property
    def last_four(self) -> str:
        return self.number[-4:]


def read_number(text: str) -> Card:
    """Return the test card with this number, spaces and dashes allowed; raises Refused (422)."""
    digits = re.sub(r"[\s-]", "", text)
    if not digits:
        raise Refused(422, "number_missing", "Please enter the card number.")
    if not re.fullmatch(r"[0-9]{12,19}", digits) or not _adds_up(digits):
        raise Refused(422, "number_invalid", "That isn't a card number. Please check the digits.")
    if digits not in HINTS:
        raise Refused(422, "number_not_a_test_card", "Only the test cards listed below work here.")
    return Card(digits)


def read_form(fields: Mapping[str, str]) -> Card:
    """Return the card a shopper typed; raises Refused (422) with the sentence to show."""
    card = read_number(fields.get("number", ""))
    month, year = _read_expiry(fields.get("expiry", ""), datetime.now(UTC))
    if not re.fullmatch(r"[0-9]{3,4}", fields.get("cvc", "").strip()):
        raise Refused(
            422, "cvc_invalid", "The security code is the 3 digits on the back of the card."
        )
    if not fields.get("name", "").strip():
        raise Refused(422, "name_missing", "Please enter the name on the card.")
    return Card(card.number, month, year)


def kept_card(method: sqlite3.Row) -> Card:
    """Return the test card that a shopper wanted to be kept."""
    number = next(number for number in HINTS if number.endswith(method["card_last_four"]))
    return Card(number, method["exp_month"], method["exp_year"])


def _read_expiry(text: str, now: datetime) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*[/ -]?\s*(?:20)?([0-9]{2})\s*", text, re.ASCII)
    if match is None:
        raise Refused(
            422, "expiry_invalid", "Please enter the expiry date as month and year, like 12 / 34."
        )
    # A card is good until the end of its month.
    month, year = int(match[1]), 2000 + int(match[2])
    if (year, month) < (now.year, now.month):
        raise Refused(422, "card_expired", "This card has expired. Please use another card.")
    return month, year


def _adds_up(digits: str) -> bool:
    # The Luhn checksum every card number carries.
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(digits[::-1], start=1)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
