from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shipping import commands as shipping
from shipping.models import ShippingMethod, ShippingZone, TaxRate
from tests import factories, staff

pytestmark = pytest.mark.django_db
ZONES = "/admin/shipping/shippingzone/"
METHODS = "/admin/shipping/shippingmethod/"
RATES = "/admin/shipping/taxrate/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    return staff.form_of(client.get(address), f"{address.split('/')[3]}_form") | changes


def row_of(row: Any) -> dict[str, Any]:
    fields = {f.attname for f in row._meta.concrete_fields}
    [values] = (
        type(row)
        .objects.filter(pk=row.pk)
        .values(*(fields - {"id", "name", "created_at", "updated_at"}))
    )
    return dict(values)


def test_makes_a_zone_as_the_command_makes_it(client: Client) -> None:
    other = shipping.save_zone(name="North", countries=["US", "CA"], states=["NY"])
    address = f"{ZONES}add/"

    client.post(address, filled(client, address, name="South", countries="us, ca", states="ny"))

    assert row_of(ShippingZone.objects.get(name="South")) == row_of(other)


def test_changes_a_method_as_the_command_does(client: Client) -> None:
    method = factories.ship_to_the_us()
    other = shipping.save_method(
        zone_id=method.zone_id,
        name="Express",
        price=Decimal("14.90"),
        carrier="DHL",
        free_above=Decimal("75.00"),
        estimated_days_min=1,
        estimated_days_max=2,
        is_active=False,
    )
    address = f"{METHODS}{method.pk}/change/"
    data = filled(
        client,
        address,
        price="14.90",
        carrier="DHL",
        free_above="75",
        estimated_days_min="1",
        estimated_days_max="2",
    )
    del data["is_active"]

    client.post(address, data)

    assert row_of(method) == row_of(other)


def test_changes_a_tax_rate(client: Client) -> None:
    factories.ship_to_the_us()
    rate = TaxRate.objects.get()
    address = f"{RATES}{rate.pk}/change/"

    client.post(address, filled(client, address, rate="0.095"))

    rate.refresh_from_db()
    assert (rate.rate, rate.included_in_price) == (Decimal("0.095000"), False)


def test_refuses_a_zone_whose_taxes_are_shown_both_ways(client: Client) -> None:
    method = factories.ship_to_the_us()
    address = f"{RATES}add/"

    response = client.post(
        address,
        filled(
            client,
            address,
            zone=str(method.zone_id),
            tax_class="reduced",
            name="Reduced",
            rate="0.05",
            included_in_price="on",
        ),
    )

    sentence = "All taxes of a zone are either included in prices or added to them."
    assert sentence in staff.text_of(response)
    assert TaxRate.objects.count() == 1


@pytest.mark.parametrize(
    ("model", "changes", "sentence"),
    [
        ("method", {"price": "-1"}, "A price is 0 or more."),
        ("method", {"free_above": "-1"}, "A price is 0 or more."),
        ("method", {"free_above": "abc"}, "Enter a number."),
        (
            "method",
            {"estimated_days_min": "5", "estimated_days_max": "2"},
            "This is shorter than the shortest time.",
        ),
        ("method", {"name": ""}, "This field is required."),
        ("rate", {"rate": "1"}, "A rate is 0 or more and below 1: write 0.19 for 19 %."),
        ("rate", {"rate": "-0.1"}, "A rate is 0 or more and below 1"),
        ("rate", {"rate": "19"}, "no more than"),
        ("zone", {"countries": "USA"}, "at most 2 characters"),
        ("zone", {"countries": ""}, "This field is required."),
        ("zone", {"countries": "1!"}, "Write countries as two letters: US, CA."),
    ],
)
def test_bad_input_shows_a_sentence_and_changes_nothing(
    client: Client, model: str, changes: dict[str, str], sentence: str
) -> None:
    method = factories.ship_to_the_us()
    row, addresses = {
        "method": (method, METHODS),
        "rate": (TaxRate.objects.get(), RATES),
        "zone": (method.zone, ZONES),
    }[model]
    before = row_of(row)
    address = f"{addresses}{row.pk}/change/"

    response = client.post(address, filled(client, address, **changes))

    assert response.status_code == 200
    assert sentence in staff.text_of(response)
    assert row_of(row) == before


def test_nothing_here_is_deleted(client: Client) -> None:
    method = factories.ship_to_the_us()

    for address, row in (
        (METHODS, method),
        (ZONES, method.zone),
        (RATES, TaxRate.objects.get()),
    ):
        response = client.post(f"{address}{row.pk}/delete/", {"post": "yes"})
        assert response.status_code == 403

    assert (ShippingMethod.objects.count(), TaxRate.objects.count()) == (1, 1)


@pytest.mark.parametrize("address", [ZONES, METHODS, RATES])
def test_the_lists_take_a_fixed_number_of_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, address: str
) -> None:
    factories.ship_to_the_us()
    for number in range(2):
        zone = shipping.save_zone(name=f"Zone {number}", countries=["DE"])
        shipping.save_method(zone_id=zone.pk, name="Standard", price=Decimal(5))
        shipping.save_tax_rate(
            zone_id=zone.pk,
            tax_class="standard",
            name="VAT",
            rate=Decimal("0.19"),
            included_in_price=True,
        )

        with django_assert_num_queries(7):
            response = client.get(address)

        assert f"{number + 2} " in staff.text_of(response)
