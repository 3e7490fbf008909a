"""Everything that changes zones, methods and taxes."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db.models import Q, QuerySet

from shipping.models import ShippingMethod, ShippingZone, TaxRate
from shipping.queries import PickupPlace, zone_of
from shopflow.lib.errors import InvalidInput
from shopflow.lib.transactions import command

COUNTRY = re.compile(r"[A-Z]{2}")
MOST_DAYS = 365
LAST_HOUR = 23


@command
def save_zone(
    *,
    name: str,
    countries: Sequence[str],
    states: Sequence[str] = (),
    is_active: bool = True,
    zone_id: UUID | None = None,
) -> ShippingZone:
    """Make a zone, or change the one with this id or name. Safe to repeat.

    `countries` are ISO 3166-1 alpha-2 codes. Raises InvalidInput.
    """
    if not countries or not all(COUNTRY.fullmatch(code.upper()) for code in countries):
        raise InvalidInput("Name at least one country by its two letters, such as US or DE.")
    values = {
        "name": name,
        "countries": [code.upper() for code in countries],
        "states": [code.upper() for code in states],
        "is_active": is_active,
    }
    key = {"pk": zone_id} if zone_id else {"name": name}
    return ShippingZone.objects.update_or_create(**key, defaults=values)[0]


class Bounds(TypedDict, total=False):
    """What a cart must be for a method: weights in grams, amounts in the shop's currency."""

    min_weight_grams: int | None
    max_weight_grams: int | None
    min_order_amount: Decimal | None
    max_order_amount: Decimal | None


@command
def save_method(
    *,
    zone_id: UUID,
    name: str,
    price: Decimal,
    carrier: str = "",
    free_above: Decimal | None = None,
    estimated_days_min: int = 2,
    estimated_days_max: int = 5,
    cutoff_hour: int | None = None,
    pickup: PickupPlace | None = None,
    is_active: bool = True,
    method_id: UUID | None = None,
    **bounds: Unpack[Bounds],
) -> ShippingMethod:
    """Make a shipping method, or change the one with this id or name. Safe to repeat.

    Prices are in the shop's currency. With a `pickup` the goods are fetched there; the place must
    be in the method's zone, whose taxes then hold. Raises InvalidInput.
    """
    _check_prices(price, free_above)
    _check_times(estimated_days_min, estimated_days_max, cutoff_hour)
    _check_bounds(bounds)
    if pickup is not None:
        _check_place(pickup, zone_id)
    values = {
        "zone_id": zone_id,
        "name": name,
        "price": price,
        "carrier": carrier,
        "free_above": free_above,
        "estimated_days_min": estimated_days_min,
        "estimated_days_max": estimated_days_max,
        "cutoff_hour": cutoff_hour,
        "is_active": is_active,
        **{bound: bounds.get(bound) for bound in Bounds.__annotations__},
        **_columns(pickup),
    }
    key = {"pk": method_id} if method_id else {"zone_id": zone_id, "name": name}
    return ShippingMethod.objects.update_or_create(**key, defaults=values)[0]


@command
def save_tax_rate(
    *,
    tax_class: str,
    name: str,
    rate: Decimal,
    included_in_price: bool,
    zone_id: UUID | None = None,
    country_code: str = "",
    state: str = "",
    rate_id: UUID | None = None,
) -> TaxRate:
    """Make a tax rate, or change the one with this id or class. Safe to repeat.

    It holds in a zone, or in a country, or in a state of it. `rate` is a fraction: 0.19 for 19 %.
    Raises InvalidInput when it isn't one, when the place is none, and when other taxes of the
    place are shown the other way: a price either includes its tax or it doesn't.
    """
    country_code, state = country_code.strip().upper(), state.strip().upper()
    if not 0 <= rate < 1:
        raise InvalidInput("A tax rate is a fraction from 0 to below 1: 0.19 for 19 %.")
    if zone_id is not None and (country_code or state):
        raise InvalidInput("A tax holds in a zone, or in a country: please choose one of them.")
    if zone_id is None and not COUNTRY.fullmatch(country_code):
        raise InvalidInput("Please choose a zone, or name a country by two letters.")
    place = {"zone_id": zone_id, "country_code": country_code, "state": state}
    others = _rates_beside(zone_id, country_code).exclude(included_in_price=included_in_price)
    # The row that is about to be changed.
    others = others.exclude(pk=rate_id) if rate_id else others.exclude(tax_class=tax_class, **place)
    if others.exists():
        raise InvalidInput("All taxes of a zone are either included in prices or added to them.")
    values = {
        **place,
        "tax_class": tax_class,
        "name": name,
        "rate": rate,
        "included_in_price": included_in_price,
    }
    key = {"pk": rate_id} if rate_id else {**place, "tax_class": tax_class}
    return TaxRate.objects.update_or_create(**key, defaults=values)[0]


def _rates_beside(zone_id: UUID | None, country_code: str) -> QuerySet[TaxRate]:
    """Return the rates that can meet in one cart with those of a zone or country."""
    if zone_id is None:
        here = Q(country_code=country_code) | Q(zone__countries__contains=[country_code])
        return TaxRate.objects.filter(here)
    countries = ShippingZone.objects.values_list("countries", flat=True).get(pk=zone_id)
    return TaxRate.objects.filter(Q(zone=zone_id) | Q(country_code__in=countries))


def _check_prices(price: Decimal, free_above: Decimal | None) -> None:
    if price < 0 or (free_above is not None and free_above < 0):
        raise InvalidInput("A shipping price is 0 or more.")


def _check_times(shortest: int, longest: int, cutoff_hour: int | None) -> None:
    if longest < shortest:
        raise InvalidInput("The longest delivery takes at least as many days as the shortest.")
    if not (shortest >= 0 and longest <= MOST_DAYS):
        raise InvalidInput(f"A delivery takes 0 to {MOST_DAYS} working days.")
    if cutoff_hour is not None and not 0 <= cutoff_hour <= LAST_HOUR:
        raise InvalidInput("The hour until which orders leave on the same day is 0 to 23.")


def _check_bounds(bounds: Bounds) -> None:
    pairs = (
        (bounds.get("min_weight_grams"), bounds.get("max_weight_grams"), "weight"),
        (bounds.get("min_order_amount"), bounds.get("max_order_amount"), "order value"),
    )
    for least, most, what in pairs:
        if (least is not None and least < 0) or (most is not None and most < 0):
            raise InvalidInput(f"A bound of the {what} is 0 or more.")
        if least is not None and most is not None and most < least:
            raise InvalidInput(f"The highest {what} is at least the lowest.")


def _check_place(place: PickupPlace, zone_id: UUID) -> None:
    if not (place.address_line_1.strip() and place.city.strip()):
        raise InvalidInput("Where is it fetched? Please name street and city.")
    zone = zone_of(place.destination)
    if zone is None or zone.pk != zone_id:
        raise InvalidInput("The place of the pick-up isn't in this zone.")


def _columns(place: PickupPlace | None) -> dict[str, Any]:
    return {
        "is_pickup": place is not None,
        "pickup_address_line": place.address_line_1 if place else "",
        "pickup_postal_code": place.postal_code if place else "",
        "pickup_city": place.city if place else "",
        "pickup_state": place.state if place else "",
        "pickup_country_code": place.country_code if place else "",
        "pickup_hours": place.hours if place else "",
    }
