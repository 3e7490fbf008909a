from decimal import Decimal
from typing import Any

import pytest

from shipping import commands
from shipping.models import ShippingMethod, ShippingZone
from shipping.queries import PickupPlace
from shopflow.lib.errors import InvalidInput

pytestmark = pytest.mark.django_db
STORE = PickupPlace(
    address_line_1="Lindenstraße 1",
    postal_code="10115",
    city="Berlin",
    state="",
    country_code="DE",
    hours="Mon–Sat 10–18",
)


@pytest.fixture
def zone(db: None) -> ShippingZone:
    return commands.save_zone(name="Germany", countries=["DE"])


def test_keeps_bounds_and_the_hour(zone: ShippingZone) -> None:
    commands.save_method(
        zone_id=zone.pk,
        name="Freight",
        price=Decimal(90),
        cutoff_hour=14,
        min_weight_grams=5001,
        max_order_amount=Decimal(1000),
    )

    method = ShippingMethod.objects.get()
    assert (method.cutoff_hour, method.min_weight_grams, method.max_weight_grams) == (
        14,
        5001,
        None,
    )
    assert (method.min_order_amount, method.max_order_amount) == (None, 1000)
    assert method.is_pickup is False


def test_keeps_where_goods_are_fetched(zone: ShippingZone) -> None:
    method = commands.save_method(
        zone_id=zone.pk, name="Berlin store", price=Decimal(0), pickup=STORE
    )

    method.refresh_from_db()
    assert method.is_pickup
    assert (method.pickup_address_line, method.pickup_city) == ("Lindenstraße 1", "Berlin")
    assert (method.pickup_country_code, method.pickup_hours) == ("DE", "Mon–Sat 10–18")


def test_forgets_the_place_of_what_is_shipped_now(zone: ShippingZone) -> None:
    method = commands.save_method(zone_id=zone.pk, name="Store", price=Decimal(0), pickup=STORE)

    commands.save_method(zone_id=zone.pk, name="Store", price=Decimal(0), method_id=method.pk)

    method.refresh_from_db()
    assert (method.is_pickup, method.pickup_city, method.pickup_country_code) == (False, "", "")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"min_weight_grams": -1}, "A bound of the weight is 0 or more."),
        (
            {"min_weight_grams": 2, "max_weight_grams": 1},
            "The highest weight is at least the lowest.",
        ),
        ({"max_order_amount": -1}, "A bound of the order value is 0 or more."),
        (
            {"min_order_amount": 2, "max_order_amount": 1},
            "The highest order value is at least the lowest.",
        ),
        (
            {"cutoff_hour": 24},
            "The hour until which orders leave on the same day is 0 to 23.",
        ),
        ({"estimated_days_max": 366}, "A delivery takes 0 to 365 working days."),
        ({"estimated_days_min": -1}, "A delivery takes 0 to 365 working days."),
        (
            {"pickup": PickupPlace(**{**STORE.__dict__, "city": " "})},
            "Where is it fetched? Please name street and city.",
        ),
        (
            {"pickup": PickupPlace(**{**STORE.__dict__, "country_code": "FR"})},
            "The place of the pick-up isn't in this zone.",
        ),
    ],
)
def test_refuses_what_makes_no_sense(
    zone: ShippingZone, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        commands.save_method(**{"zone_id": zone.pk, "name": "Standard", "price": 4, **wrong})

    assert str(refused.value) == sentence
    assert not ShippingMethod.objects.exists()
