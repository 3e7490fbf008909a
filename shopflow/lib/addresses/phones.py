"""Phone numbers, written as their owner does and kept as E.164."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


class NoPhone(ValueError):
    """Nobody can be called there."""


def e164(written: str, *, country_code: str | None = None) -> str:
    """Return a number as `+12125550100`, '' for none; without `+` it is one of the country.

    Raises NoPhone.
    """
    if not written.strip():
        return ""
    try:
        number = phonenumbers.parse(written, country_code)
    except NumberParseException:
        raise NoPhone from None
    if not phonenumbers.is_valid_number(number):
        raise NoPhone
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def phone_example(country_code: str) -> str:
    """Return a number as it is written within a country, or ''."""
    number = phonenumbers.example_number(country_code)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) if number else ""
