from decimal import Decimal
from typing import Any

import pytest

from shipping import commands, queries
from shipping.models import ShippingZone, TaxRate
from shipping.queries import Destination
from shopflow.lib.errors import InvalidInput

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(db: None) -> ShippingZone:
    return commands.save_zone(name="United States", countries=["US"])


def save(rate: str, **place: Any) -> TaxRate:
    return commands.save_tax_rate(
        **{
            "tax_class": "standard",
            "name": "Sales tax",
            "rate": Decimal(rate),
            "included_in_price": False,
            **place,
        }
    )


def test_the_most_special_rate_wins(zone: ShippingZone) -> None:
    save("0.01", zone_id=zone.pk)
    save("0.02", country_code="us")
    save("0.03", country_code="US", state="ny")
    save("0.04", country_code="US", state="CA")
    save("0.05", zone_id=zone.pk, tax_class="reduced")

    def rate(tax_class: str, state: str) -> Decimal:
        return queries.tax_rates(zone=zone, destination=Destination("US", state))[tax_class].rate

    assert [rate("standard", state) for state in ("NY", "TX", "")] == [
        Decimal("0.03"),
        Decimal("0.02"),
        Decimal("0.02"),
    ]
    assert rate("reduced", "NY") == Decimal("0.05")
    assert queries.tax_rates(zone=zone)["standard"].rate == Decimal("0.01")


def test_is_safe_to_repeat(zone: ShippingZone) -> None:
    first, second = (save(rate, country_code="US", state="NY") for rate in ("0.03", "0.04"))

    assert first == second
    assert TaxRate.objects.get().rate == Decimal("0.04")


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ({}, "Please choose a zone, or name a country by two letters."),
        ({"country_code": "USA"}, "Please choose a zone, or name a country by two letters."),
        (
            {"country_code": "US", "included_in_price": True},
            "All taxes of a zone are either included in prices or added to them.",
        ),
    ],
)
def test_refuses_a_place_that_is_none(
    zone: ShippingZone, place: dict[str, Any], sentence: str
) -> None:
    save("0.01", zone_id=zone.pk)

    with pytest.raises(InvalidInput) as refused:
        save("0.02", **place)

    assert str(refused.value) == sentence
    assert TaxRate.objects.count() == 1


def test_refuses_two_places_at_once(zone: ShippingZone) -> None:
    with pytest.raises(InvalidInput, match="A tax holds in a zone, or in a country"):
        save("0.02", zone_id=zone.pk, country_code="US")

    assert not TaxRate.objects.exists()
