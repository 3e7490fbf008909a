import pytest
from django.utils import translation

from shopflow.lib.addresses import (
    AddressInvalid,
    NoPhone,
    checked_address,
    country_of,
    e164,
    known_countries,
)

WRITTEN = {
    "first_name": "Ada",
    "last_name": "Byron",
    "address_line_1": "1 Main Street",
    "city": "Somewhere",
}


def test_knows_the_countries_of_the_world() -> None:
    known = known_countries()

    assert len(known) == 252
    assert {"US", "DE", "JP", "GB", "CU", "XK"} <= set(known)
    assert "ZZ" not in known


@pytest.mark.parametrize("code", known_countries())
def test_an_address_can_be_written_in_each_country(code: str) -> None:
    country = country_of(code)
    refused = set()
    for state in list(country.states) or [""]:
        example = country.postal_code_example(state=state)
        written = {**WRITTEN, "country_code": code, "state": state, "postal_code": example}
        try:
            kept = checked_address(written)
        except AddressInvalid as error:
            # Nobody gives an example of a postcode there.
            refused |= {(name, fault.code) for name, fault in error.faults.items()}
            assert not example
        else:
            assert (kept["state"], kept["postal_code"]) == (state, example)
            assert kept["city"]

    assert refused <= {("postal_code", "required")}
    assert country.postal_code_example() or "postal_code" not in country.required


@pytest.mark.parametrize("code", ["", "XX", "ZZ", "us", "USA", "../us", "\0"])
def test_a_country_that_is_none_has_no_rules(code: str) -> None:
    with pytest.raises(LookupError):
        country_of(code)


def test_a_state_is_known_by_its_names() -> None:
    japan = country_of("JP")

    assert country_of("US").state_of("NEW YORK") == "NY"
    assert japan.state_of("Tokyo") == japan.state_of("東京都") == "東京都"
    assert country_of("US").state_of("Bavaria") is None
    assert country_of("PA").state_of("Panamá") == "Panamá"


def test_parts_are_named_in_the_countrys_words() -> None:
    with translation.override("en"):
        named = {
            code: [str(country_of(code).words[part]) for part in country_of(code).parts]
            for code in ("US", "DE", "GB", "IE", "IN", "SG")
        }

    assert named == {
        "US": ["City", "State", "ZIP code"],
        "DE": ["Postcode", "City"],
        "GB": ["Town", "Postcode"],
        "IE": ["City", "County", "Eircode"],
        "IN": ["City", "PIN code", "State"],
        "SG": ["Postcode"],
    }


def test_text_is_kept_in_one_spelling() -> None:
    written = {**WRITTEN, "country_code": "DE", "postal_code": "10115", "city": "Mu\u0308nchen"}

    assert checked_address(written)["city"] == "M\u00fcnchen"


def test_what_nobody_asked_for_is_left_out() -> None:
    kept = checked_address(
        {**WRITTEN, "country_code": "DE", "postal_code": "10115", "is_default": "yes"}
    )

    assert "is_default" not in kept
    with pytest.raises(AddressInvalid):
        checked_address({"is_default": "yes"})


@pytest.mark.parametrize(
    ("written", "country", "kept"),
    [
        ("(212) 555-0100", "US", "+12125550100"),
        ("+1 212 555 0100", "DE", "+12125550100"),
        ("030 123456", "DE", "+4930123456"),
        ("0049 30 123456", "DE", "+4930123456"),
        ("+4930123456", None, "+4930123456"),
        ("  ", "US", ""),
    ],
)
def test_phones_are_kept_as_e164(written: str, country: str | None, kept: str) -> None:
    assert e164(written, country_code=country) == kept


@pytest.mark.parametrize("written", ["555", "call me", "\0", "+", "9" * 300, "030 123456"])
def test_what_nobody_can_call_is_no_phone(written: str) -> None:
    with pytest.raises(NoPhone):
        e164(written, country_code=None)
