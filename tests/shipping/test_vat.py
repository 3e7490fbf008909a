import pytest

from shipping.queries import BuiltInVatCheck, VatAnswer, vat_answer

# From the member states' own descriptions and public company registers.
REAL = (
    "ATU13585627 BE0428759497 BG175074752 CY10259033P CZ25123891 DE136695976 DE129273398"
    " DK13585628 EE100931558 EL094259216 ESB58378431 FI20774740 FR40303265045 FR83404833048"
    " HR33392005961 HU12892312 IE6433435F IT00743110157 LT119511515 LU15027442 LV40003521600"
    " MT11679112 NL004495445B01 NL000099998B57 PL8567346215 PT501964843 RO18547290"
    " SE123456789701 SI50223054 SK2022749619"
).split()
# Of these countries the last digit proves the others.
PROVED = "AT BE DE DK EE EL FI FR HR HU IT LU MT NL PL PT SE SI SK".split()


@pytest.mark.parametrize("vat_id", REAL)
def test_takes_a_number_of_each_country(vat_id: str) -> None:
    assert BuiltInVatCheck().check(vat_id) == VatAnswer(vat_id=vat_id, is_valid=True)


@pytest.mark.parametrize("vat_id", [number for number in REAL if number[:2] in PROVED])
def test_finds_a_slip_in_one_digit(vat_id: str) -> None:
    place = next(i for i in range(2, 8) if vat_id[i].isdigit())
    slip = vat_id[:place] + str((int(vat_id[place]) + 1) % 10) + vat_id[place + 1 :]

    assert not BuiltInVatCheck().check(slip).is_valid


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("136695976", "Please begin with the country, as in DE123456789."),
        ("US136695976", "Please begin with the country, as in DE123456789."),
        ("GR094259216", "Please begin with the country, as in DE123456789."),
        ("DE13669597", "This isn't a VAT number of this country. Please look for a slip."),
        ("DE136695977", "This isn't a VAT number of this country. Please look for a slip."),
        ("DE١٣٦٦٩٥٩٧٦", "This isn't a VAT number of this country. Please look for a slip."),
        ("DE" + "9" * 300, "This isn't a VAT number of this country. Please look for a slip."),
        ("ATU\0", "This isn't a VAT number of this country. Please look for a slip."),
    ],
)
def test_says_what_is_wrong(written: str, problem: str) -> None:
    answer = vat_answer(written)

    assert answer is not None
    assert (answer.is_valid, answer.problem) == (False, problem)


def test_reads_what_people_write() -> None:
    assert vat_answer(" de 136.695-976 ") == VatAnswer(vat_id="DE136695976", is_valid=True)
    assert vat_answer(" ") is None


@pytest.mark.parametrize(
    ("vat_id", "country", "seller", "is_reversed"),
    [
        ("ATU13585627", "AT", "DE136695976", True),
        # Shipped to another country than the one of the number, but out of the seller's.
        ("ATU13585627", "FR", "DE136695976", True),
        ("EL094259216", "GR", "DE136695976", True),
        # At home; a number of the seller's country; out of the Union; a seller outside of it.
        ("ATU13585627", "DE", "DE136695976", False),
        ("DE129273398", "AT", "DE136695976", False),
        ("ATU13585627", "CH", "DE136695976", False),
        ("ATU13585627", "AT", "CHE123456789", False),
        ("ATU13585627", "AT", "", False),
        ("ATU13585627", "GR", "EL094259216", False),
    ],
)
def test_reverses_the_charge_between_member_states(
    vat_id: str, country: str, seller: str, is_reversed: bool
) -> None:
    answer = BuiltInVatCheck().check(vat_id)

    assert answer.reverses_charge(country_code=country, seller=seller) is is_reversed


def test_never_does_for_a_number_that_is_none() -> None:
    answer = VatAnswer(vat_id="ATU13585627", is_valid=False)

    assert not answer.reverses_charge(country_code="AT", seller="DE136695976")
