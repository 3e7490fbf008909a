"""VAT numbers of businesses in the European Union, and when their holder pays no VAT to us.

Forms and check digits: https://ec.europa.eu/taxation_customs/vies/#/faq (question 11) and the
member states' own descriptions. Whether a number is registered only the Union's service VIES
knows: an adapter to it is a `VatCheck`, named by the setting VAT_CHECK.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

# Country of the parcel -> how its VAT numbers begin, where that isn't its own code.
PREFIXES = {"GR": "EL"}
UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
FORMS: Mapping[str, str] = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"[1-9]\d{8}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-W][A-I]?",
    "IT": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{10}01",
    "SI": r"[1-9]\d{7}",
    "SK": r"[1-9]\d{9}",
}


@dataclass(frozen=True, kw_only=True)
class VatAnswer:
    """What is known of a VAT number: `problem` says why it isn't accepted.

    `reference` is the service's receipt of the inquiry, if there was one.
    """

    vat_id: str
    is_valid: bool
    problem: str = ""
    reference: str = ""

    @property
    def country(self) -> str:
        return self.vat_id[:2]

    def reverses_charge(self, *, country_code: str, seller: str) -> bool:
        """Whether a sale to its holder, shipped to this country, bears no VAT of ours.

        Articles 138 and 196 of the VAT directive (2006/112/EC): the goods go from one member
        state into another, to a business registered outside the seller's state.
        """
        home = seller[:2]
        return (
            self.is_valid
            and is_union_country(country_code)
            and home in FORMS
            and home not in {self.country, _prefix(country_code)}
        )


class VatCheck(Protocol):
    """Whoever knows whether a VAT number is registered.

    It says so in its answer when it can't tell: an order never waits for it, it bears tax.
    """

    def check(self, vat_id: str) -> VatAnswer: ...


class BuiltInVatCheck:
    """Looks at form and check digits alone; no network."""

    def check(self, vat_id: str) -> VatAnswer:
        country, number = vat_id[:2], vat_id[2:]
        form, adds_up = FORMS.get(country), CHECKS.get(country)
        if form is None:
            sentence = _("Please begin with the country, as in DE123456789.")
            return VatAnswer(vat_id=vat_id, is_valid=False, problem=sentence)
        if not re.fullmatch(form, number, re.ASCII) or (adds_up and not adds_up(number)):
            sentence = _("This isn't a VAT number of this country. Please look for a slip.")
            return VatAnswer(vat_id=vat_id, is_valid=False, problem=sentence)
        return VatAnswer(vat_id=vat_id, is_valid=True)


def vat_answer(written: str) -> VatAnswer | None:
    """Return what is known of a VAT number as somebody wrote it; None: nothing was written.

    May talk to a service: never call it in a transaction.
    """
    vat_id = re.sub(r"[\s.\-/]", "", written).upper()[:20]
    if not vat_id:
        return None
    looked_at = BuiltInVatCheck().check(vat_id)
    if not looked_at.is_valid or not settings.VAT_CHECK:
        return looked_at
    external: VatCheck = import_string(settings.VAT_CHECK)()
    return external.check(vat_id)


def is_union_country(country_code: str) -> bool:
    """Whether a country is a member state of the European Union."""
    return country_code in UNION


def is_union_seller(vat_id: str) -> bool:
    """Whether a shop with this VAT number can leave the tax to buyers elsewhere in the Union."""
    return vat_id[:2] in FORMS


def _prefix(country_code: str) -> str:
    return PREFIXES.get(country_code, country_code)


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _austria(number: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(number[1:8])]
    crossed = sum(value // 10 + value % 10 for value in doubled)
    return (10 - (crossed + 4) % 10) % 10 == int(number[8])


def _luhn(number: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _mod_11_10(number: str) -> bool:
    """ISO 7064, MOD 11,10: Germany and Croatia."""
    product = 10
    for digit in number[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(number[-1])


def _finland(number: str) -> bool:
    rest = _weighted(number, (7, 9, 10, 5, 8, 4, 2)) % 11
    return rest != 1 and (11 - rest) % 11 == int(number[7])


def _netherlands(number: str) -> bool:
    by_eleven = _weighted(number[:8], range(9, 1, -1)) % 11 == int(number[8])
    # Of one-man businesses, since 2020: letters count from A = 10.
    by_97 = int("".join(str(int(sign, 36)) for sign in f"NL{number}")) % 97 == 1
    return by_eleven or by_97


def _slovenia(number: str) -> bool:
    check = 11 - _weighted(number, range(8, 1, -1)) % 11
    return check != 11 and check % 10 == int(number[7])


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "AT": _austria,
    "BE": lambda n: 97 - int(n[:8]) % 97 == int(n[8:]),
    "DE": _mod_11_10,
    "DK": lambda n: _weighted(n, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0,
    "EE": lambda n: _weighted(n, (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0,
    "EL": lambda n: _weighted(n, (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10 == int(n[8]),
    "FI": _finland,
    "FR": lambda n: not n[:2].isdigit() or (12 + 3 * (int(n[2:]) % 97)) % 97 == int(n[:2]),
    "HR": _mod_11_10,
    "HU": lambda n: _weighted(n, (9, 7, 3, 1, 9, 7, 3, 1)) % 10 == 0,
    "IT": _luhn,
    "LU": lambda n: int(n[:6]) % 89 == int(n[6:]),
    "MT": lambda n: 37 - _weighted(n, (3, 4, 6, 7, 8, 9)) % 37 == int(n[6:]),
    "NL": _netherlands,
    "PL": lambda n: _weighted(n, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(n[9]),
    "PT": lambda n: (11 - _weighted(n, range(9, 1, -1)) % 11) % 11 % 10 == int(n[8]),
    "SE": lambda n: _luhn(n[:10]),
    "SI": _slovenia,
    "SK": lambda n: int(n) % 11 == 0,
}
