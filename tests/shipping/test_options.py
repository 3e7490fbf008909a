from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from shipping import commands, queries
from shipping.models import ShippingZone
from shipping.queries import Destination, ShippingOption
from tests.shipping.test_save_method import STORE

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(db: None) -> ShippingZone:
    return commands.save_zone(name="Germany", countries=["DE"])


def offered(zone: ShippingZone | None, country: str = "DE") -> list[ShippingOption]:
    return queries.options(zone=zone, subtotal=Decimal(10), weight_grams=1, country_code=country)


@pytest.mark.parametrize(
    ("moment", "cutoff", "first", "last"),
    [
        # A Thursday before and at the hour; a Friday; a Saturday leaves on Monday.
        (datetime(2026, 11, 19, 13, 59, tzinfo=UTC), 14, date(2026, 11, 20), date(2026, 11, 24)),
        (datetime(2026, 11, 19, 14, 0, tzinfo=UTC), 14, date(2026, 11, 23), date(2026, 11, 25)),
        (datetime(2026, 11, 20, 20, 0, tzinfo=UTC), None, date(2026, 11, 23), date(2026, 11, 25)),
        (datetime(2026, 11, 20, 20, 0, tzinfo=UTC), 14, date(2026, 11, 24), date(2026, 11, 26)),
        (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), None, date(2026, 11, 24), date(2026, 11, 26)),
    ],
)
def test_counts_working_days_from_the_day_it_leaves(
    zone: ShippingZone, moment: datetime, cutoff: int | None, first: date, last: date
) -> None:
    commands.save_method(
        zone_id=zone.pk,
        name="DHL",
        price=Decimal(5),
        estimated_days_min=1,
        estimated_days_max=3,
        cutoff_hour=cutoff,
    )

    with time_machine.travel(moment, tick=False):
        [option] = offered(zone)

    assert (option.delivery_from, option.delivery_to) == (first, last)


def test_lists_pick_ups_last_and_in_the_whole_country(zone: ShippingZone) -> None:
    commands.save_method(zone_id=zone.pk, name="Berlin store", price=Decimal(0), pickup=STORE)
    commands.save_method(zone_id=zone.pk, name="DHL", price=Decimal(5))
    islands = commands.save_zone(name="Islands", countries=["DE"], states=["HELGOLAND"])
    commands.save_method(zone_id=islands.pk, name="Boat", price=Decimal(9))

    assert [option.name for option in offered(zone)] == ["DHL", "Berlin store"]
    assert [option.name for option in offered(islands)] == ["Boat", "Berlin store"]
    assert [option.name for option in offered(None)] == ["Berlin store"]
    assert offered(None, "FR") == []
    assert offered(zone)[1].pickup == STORE


def test_a_place_half_known_has_no_zone(zone: ShippingZone) -> None:
    assert queries.zone_of(Destination("DE")) == zone
    assert queries.zone_of(Destination("DE", is_whole=False)) is None


def test_fetching_is_no_free_shipping(zone: ShippingZone) -> None:
    commands.save_method(zone_id=zone.pk, name="Berlin store", price=Decimal(0), pickup=STORE)
    commands.save_method(zone_id=zone.pk, name="DHL", price=Decimal(5), free_above=Decimal("60.00"))

    assert queries.free_above_everywhere() == Decimal("60.00")
