"""Everything that changes zones, methods and taxes."""

import re
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from shipping.models import ShippingMethod, ShippingZone, TaxRate
from shopflow.lib.errors import InvalidInput
from shopflow.lib.transactions import command

COUNTRY = re.compile(r"[A-Z]{2}")


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
    is_active: bool = True,
    method_id: UUID | None = None,
) -> ShippingMethod:
    """Make a shipping method, or change the one with this id or name. Safe to repeat.

    Prices are in the shop's currency. Raises InvalidInput.
    """
    if price < 0 or (free_above is not None and free_above < 0):
        raise InvalidInput("A shipping price is 0 or more.")
    if estimated_days_max < estimated_days_min:
        raise InvalidInput("The longest delivery takes at least as many days as the shortest.")
    values = {
        "zone_id": zone_id,
        "name": name,
        "price": price,
        "carrier": carrier,
        "free_above": free_above,
        "estimated_days_min": estimated_days_min,
        "estimated_days_max": estimated_days_max,
        "is_active": is_active,
    }
    key = {"pk": method_id} if method_id else {"zone_id": zone_id, "name": name}
    return ShippingMethod.objects.update_or_create(**key, defaults=values)[0]


@command
def save_tax_rate(
    *,
    zone_id: UUID,
    tax_class: str,
    name: str,
    rate: Decimal,
    included_in_price: bool,
    rate_id: UUID | None = None,
) -> TaxRate:
    """Make a tax rate, or change the one with this id or class. Safe to repeat.

    `rate` is a fraction: 0.19 for 19 %. Raises InvalidInput when it isn't one, and when the
    zone's other taxes are shown the other way: a price either includes its tax or it doesn't.
    """
    if not 0 <= rate < 1:
        raise InvalidInput("A tax rate is a fraction from 0 to below 1: 0.19 for 19 %.")
    others = TaxRate.objects.filter(zone=zone_id).exclude(included_in_price=included_in_price)
    if rate_id is not None:
        others = others.exclude(pk=rate_id)
    if others.exclude(tax_class=tax_class).exists():
        raise InvalidInput("All taxes of a zone are either included in prices or added to them.")
    values = {
        "zone_id": zone_id,
        "tax_class": tax_class,
        "name": name,
        "rate": rate,
        "included_in_price": included_in_price,
    }
    key = {"pk": rate_id} if rate_id else {"zone_id": zone_id, "tax_class": tax_class}
    return TaxRate.objects.update_or_create(**key, defaults=values)[0]
