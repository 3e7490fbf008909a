"""Whether an address can be right: told apart by field, with a sentence for each fault."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from shopflow.lib.addresses.countries import Country, country_of
from shopflow.lib.addresses.phones import NoPhone, e164, phone_example
from shopflow.lib.errors import InvalidInput

# As long as the columns of address books and orders; a phone may be written with blanks and words.
LONGEST = {
    "first_name": 100,
    "last_name": 100,
    "company": 100,
    "address_line_1": 255,
    "address_line_2": 255,
    "city": 100,
    "state": 100,
    "postal_code": 20,
    "phone": 40,
}
ALWAYS = ("first_name", "last_name", "address_line_1")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field; `code` is stable: required, invalid or too_long."""

    code: str
    sentence: str


class AddressInvalid(InvalidInput):
    """Raised with the `faults` of its fields, which are the problem document's `errors` too."""

    code = "address_invalid"
    message = "Please check this address."

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        self.faults = faults
        super().__init__(
            _("Please check this address."),
            errors=[
                {"pointer": f"/{name}", "code": fault.code, "detail": fault.sentence}
                for name, fault in faults.items()
            ],
        )


def checked_address(written: Mapping[str, str]) -> dict[str, str]:
    """Return an address as it is kept: every part of it, blanks and what isn't asked for removed.

    A state becomes its code where the country has a list, a phone E.164. Raises AddressInvalid.
    """
    try:
        country = country_of(written.get("country_code", "").strip().upper())
    except LookupError:
        sentence = _("Please choose a country.")
        raise AddressInvalid({"country_code": Fault("invalid", sentence)}) from None
    kept = {name: _tidy(written.get(name, "")) for name in LONGEST}
    faults = _refused(written, kept)
    for part in {"city", "state", "postal_code"} - set(country.parts):
        kept[part] = ""
    kept["city"] = kept["city"] or country.city
    for name in (*ALWAYS, *country.parts):
        if not kept[name] and (name in ALWAYS or name in country.required):
            faults.setdefault(name, Fault("required", _missing(name, country)))
    kept["state"] = _state(country, kept["state"], faults)
    kept["postal_code"] = _postal_code(country, kept, faults)
    kept["phone"] = _phone(country, kept["phone"], faults)
    if faults:
        raise AddressInvalid(faults)
    return {**kept, "country_code": country.code}


def _missing(name: str, country: Country) -> str:
    is_choice = name == "state" and country.states
    return _("Please choose one of the list.") if is_choice else _("Please fill this in.")


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _refused(written: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, Fault]:
    faults = {}
    for name, longest in LONGEST.items():
        if len(kept[name]) > longest:
            sentence = _("Please shorten this to %(longest)s characters.") % {"longest": longest}
            faults[name] = Fault("too_long", sentence)
        elif CONTROL.search(written.get(name, "")):
            sentence = _("Please write this without line breaks and control characters.")
            faults[name] = Fault("invalid", sentence)
    return faults


def _state(country: Country, written: str, faults: dict[str, Fault]) -> str:
    if not written or "state" in faults:
        return written
    found = country.state_of(written)
    if found is None:
        faults["state"] = Fault("invalid", _("Please choose one of the list."))
        return ""
    return found


def _postal_code(country: Country, kept: Mapping[str, str], faults: dict[str, Fault]) -> str:
    written = kept["postal_code"].upper()
    state = kept["state"] if country.states else ""
    if not written or "postal_code" in faults:
        return written
    if not country.takes_postal_code(written, state=state):
        faults["postal_code"] = Fault("invalid", _unlike(country, written, state))
    return written


def _unlike(country: Country, written: str, state: str) -> str:
    if country.takes_postal_code(written, state=""):
        return _("This doesn't fit the state or region you chose.")
    facts = {
        "word": country.words["postal_code"],
        "example": country.postal_code_example(state=state) or country.postal_code_example(),
    }
    if not facts["example"]:
        return _("Please check this.")
    return _("Please enter a %(word)s like %(example)s.") % facts


def _phone(country: Country, written: str, faults: dict[str, Fault]) -> str:
    if not written or "phone" in faults:
        return ""
    try:
        return e164(written, country_code=country.code)
    except NoPhone:
        example = phone_example(country.code) or "+1 212 555 0100"
        sentence = _("Please enter a phone number like %(example)s.") % {"example": example}
        faults["phone"] = Fault("invalid", sentence)
        return ""
