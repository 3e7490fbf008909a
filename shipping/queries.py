"""Which ways of shipping and which taxes apply to a destination."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Min, Q
from django.utils import timezone

from shipping.models import ShippingMethod, ShippingZone, TaxRate
from shopflow.lib.money import ZERO

SATURDAY = 5


@dataclass(frozen=True)
class Destination:
    """Where a parcel goes, as far as price and tax care."""

    country_code: str
    state: str = ""
    postal_code: str = ""


@dataclass(frozen=True, kw_only=True)
class ShippingOption:
    """A way to ship a given cart, with its price in the cart's currency and its dates.

    `free_above` is the order it would cost nothing from, if there is one.
    """

    id: UUID
    name: str
    carrier: str
    price: Decimal
    free_above: Decimal | None
    delivery_from: date
    delivery_to: date


def zone_of(destination: Destination) -> ShippingZone | None:
    """Return the zone of a destination; one that names the state wins over its country."""
    zones = ShippingZone.objects.filter(
        is_active=True, countries__contains=[destination.country_code.upper()]
    ).order_by("name")
    state = destination.state.strip().upper()
    fitting = [zone for zone in zones if not zone.states or state in zone.states]
    return min(fitting, key=lambda zone: not zone.states, default=None)


def options(*, zone: ShippingZone, subtotal: Decimal, weight_grams: int) -> list[ShippingOption]:
    """Return the ways to ship a cart into a zone, cheapest first."""
    methods = ShippingMethod.objects.offered().filter(zone=zone).order_by("price", "id")
    fitting = [method for method in methods if _fits(method, subtotal, weight_grams)]
    found = [_option(method, subtotal) for method in fitting]
    return sorted(found, key=lambda option: (option.price, option.delivery_to, option.id))


def free_above_everywhere() -> Decimal | None:
    """Return the order that ships for nothing wherever it goes, or None: there is no such one.

    Ways that are bound to a weight or an amount promise nothing.
    """
    unbound = Q(
        methods__is_active=True,
        methods__min_weight_grams=None,
        methods__max_weight_grams=None,
        methods__min_order_amount=None,
        methods__max_order_amount=None,
    )
    zones = ShippingZone.objects.filter(is_active=True, methods__is_active=True)
    least = zones.annotate(least=Min("methods__free_above", filter=unbound))
    found: list[Decimal | None] = list(least.order_by().values_list("least", flat=True))
    known = [amount for amount in found if amount is not None]
    return max(known) if found and len(known) == len(found) else None


def tax_rates(zone: ShippingZone) -> Mapping[str, TaxRate]:
    """Return the tax rates of a zone by tax class."""
    return {rate.tax_class: rate for rate in TaxRate.objects.filter(zone=zone)}


def countries() -> list[str]:
    """Return the ISO codes of the countries we ship to, sorted."""
    zones = ShippingZone.objects.filter(is_active=True).values_list("countries", flat=True)
    return sorted({code for codes in zones for code in codes})


def _fits(method: ShippingMethod, subtotal: Decimal, weight_grams: int) -> bool:
    return (
        (method.min_weight_grams or 0) <= weight_grams
        and (method.max_weight_grams is None or weight_grams <= method.max_weight_grams)
        and (method.min_order_amount or ZERO) <= subtotal
        and (method.max_order_amount is None or subtotal <= method.max_order_amount)
    )


def _option(method: ShippingMethod, subtotal: Decimal) -> ShippingOption:
    is_free = method.free_above is not None and subtotal >= method.free_above
    today = timezone.now().date()
    return ShippingOption(
        id=method.pk,
        name=method.name,
        carrier=method.carrier,
        price=ZERO if is_free else method.price,
        free_above=method.free_above,
        delivery_from=_working_days_after(today, method.estimated_days_min),
        delivery_to=_working_days_after(today, method.estimated_days_max),
    )


def _working_days_after(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day
