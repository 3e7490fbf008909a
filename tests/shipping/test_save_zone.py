from decimal import Decimal
from typing import Any

import pytest

from shipping import commands, queries
from shipping.models import ShippingMethod, ShippingZone, TaxRate
from shopflow.lib.errors import InvalidInput
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(db: None) -> ShippingZone:
    return commands.save_zone(name="Europe", countries=["de", "FR"])


def save_tax(zone: ShippingZone, tax_class: str, *, included: bool) -> TaxRate:
    return commands.save_tax_rate(
        zone_id=zone.pk,
        tax_class=tax_class,
        name="VAT",
        rate=Decimal("0.19"),
        included_in_price=included,
    )


def test_save_zone_is_safe_to_repeat(zone: ShippingZone) -> None:
    again = commands.save_zone(name="Europe", countries=["DE", "AT"])

    assert again == zone
    assert (again.countries, again.states) == (["DE", "AT"], [])
    assert ShippingZone.objects.count() == 1


def test_save_zone_renames_by_id(zone: ShippingZone) -> None:
    commands.save_zone(name="EU", countries=["DE"], zone_id=zone.pk)

    assert ShippingZone.objects.get().name == "EU"


def test_save_method_is_safe_to_repeat(zone: ShippingZone) -> None:
    for price in ("4.90", "5.90"):
        commands.save_method(zone_id=zone.pk, name="DHL", price=Decimal(price), carrier="DHL")

    method = ShippingMethod.objects.get()
    assert (method.price, method.carrier) == (Decimal("5.90"), "DHL")
    assert (method.estimated_days_min, method.estimated_days_max) == (2, 5)


def test_save_tax_rate_is_safe_to_repeat(zone: ShippingZone) -> None:
    first, second = (save_tax(zone, "standard", included=True) for _ in range(2))

    assert first == second
    assert TaxRate.objects.get().rate == Decimal("0.19")


def test_a_zones_taxes_are_all_inside_prices_or_all_on_top(zone: ShippingZone) -> None:
    save_tax(zone, "standard", included=True)
    before = books()

    with pytest.raises(InvalidInput):
        save_tax(zone, "reduced", included=False)

    assert books() == before


def test_a_zones_only_tax_may_change_sides(zone: ShippingZone) -> None:
    save_tax(zone, "standard", included=True)

    save_tax(zone, "standard", included=False)

    assert TaxRate.objects.get().included_in_price is False


def test_zone_of_prefers_the_zone_that_names_the_state(db: None) -> None:
    whole = commands.save_zone(name="A whole country", countries=["US"])
    hawaii = commands.save_zone(name="Hawaii", countries=["US"], states=["HI"])

    assert queries.zone_of(factories.elsewhere("US", " hi ")) == hawaii
    assert queries.zone_of(factories.elsewhere("us", "NY")) == whole
    assert queries.zone_of(factories.elsewhere("US")) == whole


def test_zone_of_finds_nothing_where_nothing_is(zone: ShippingZone) -> None:
    commands.save_zone(name="Closed", countries=["US"], is_active=False)

    assert queries.zone_of(factories.elsewhere("US")) is None
    assert queries.zone_of(factories.elsewhere("")) is None


def test_countries_lists_where_we_ship(zone: ShippingZone) -> None:
    commands.save_zone(name="More", countries=["DE", "AT"])
    commands.save_zone(name="Closed", countries=["US"], is_active=False)

    assert queries.countries() == ["AT", "DE", "FR"]


@ledger("S1-24")
@pytest.mark.parametrize(
    ("subtotal", "grams", "names"),
    [
        ("10.00", 100, ["Letter", "Parcel"]),
        ("10.00", 1001, ["Parcel"]),
        ("49.99", 5001, []),
        ("50.00", 5001, ["Freight"]),
        ("1000.01", 100, ["Letter", "Parcel"]),
    ],
)
def test_options_keeps_to_the_bounds_of_each_method(
    zone: ShippingZone, subtotal: str, grams: int, names: list[str]
) -> None:
    for name, price in (("Letter", "1.00"), ("Parcel", "5.00"), ("Freight", "90.00")):
        commands.save_method(zone_id=zone.pk, name=name, price=Decimal(price))
    methods = ShippingMethod.objects
    methods.filter(name="Letter").update(max_weight_grams=1000)
    methods.filter(name="Parcel").update(max_weight_grams=5000)
    methods.filter(name="Freight").update(
        min_weight_grams=5001, min_order_amount=50, max_order_amount=1000
    )

    found = queries.options(zone=zone, subtotal=Decimal(subtotal), weight_grams=grams)

    assert [option.name for option in found] == names


def test_options_leaves_out_what_is_switched_off(zone: ShippingZone) -> None:
    commands.save_method(zone_id=zone.pk, name="DHL", price=Decimal(1), is_active=False)

    assert queries.options(zone=zone, subtotal=Decimal(1), weight_grams=1) == []


@pytest.mark.parametrize("countries", [[], ["Germany"], ["1A"], ["DE", ""]])
def test_refuses_what_is_no_country(countries: list[str]) -> None:
    with pytest.raises(InvalidInput):
        commands.save_zone(name="Nowhere", countries=countries)

    assert not ShippingZone.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": Decimal("-0.01")},
        {"free_above": Decimal("-0.01")},
        {"estimated_days_min": 3, "estimated_days_max": 2},
    ],
    ids=["price", "free above", "days"],
)
def test_refuses_a_method_that_makes_no_sense(zone: ShippingZone, wrong: dict[str, Any]) -> None:
    values: dict[str, Any] = {"zone_id": zone.pk, "name": "Standard", "price": Decimal("4.90")}

    with pytest.raises(InvalidInput):
        commands.save_method(**{**values, **wrong})

    assert not ShippingMethod.objects.exists()


@pytest.mark.parametrize("rate", ["-0.01", "1", "19"])
def test_refuses_a_tax_that_is_no_fraction(zone: ShippingZone, rate: str) -> None:
    with pytest.raises(InvalidInput):
        commands.save_tax_rate(
            zone_id=zone.pk,
            tax_class="standard",
            name="VAT",
            rate=Decimal(rate),
            included_in_price=True,
        )

    assert not TaxRate.objects.exists()
