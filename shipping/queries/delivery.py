"""Where we ship, in which ways, for how much and until when."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Min, Q
from django.utils import timezone

from shipping.models import ShippingMethod, ShippingZone
from shopflow.lib.money import ZERO

SATURDAY = 5


@dataclass(frozen=True)
class Destination:
    """Where a parcel goes, as far as price and tax care.

    `is_whole` is False while only the country is known and more is needed: then there is no zone,
    but goods can be fetched in that country.
    """

    country_code: str
    state: str = ""
    postal_code: str = ""
    is_whole: bool = True


@dataclass(frozen=True, kw_only=True)
class PickupPlace:
    """Where goods are fetched, and when (in the shop's words)."""

    address_line_1: str
    postal_code: str
    city: str
    state: str
    country_code: str
    hours: str

    @property
    def destination(self) -> Destination:
        return Destination(self.country_code, self.state, self.postal_code)


@dataclass(frozen=True, kw_only=True)
class ShippingOption:
    """A way to ship a given cart, with its price in the cart's currency and its dates.

    `free_above` is the order it would cost nothing from, if there is one. With a `pickup` the
    dates say from when the goods wait there.
    """

    id: UUID
    name: str
    carrier: str
    price: Decimal
    free_above: Decimal | None
    delivery_from: date
    delivery_to: date
    pickup: PickupPlace | None = None


def zone_of(destination: Destination) -> ShippingZone | None:
    """Return the zone of a destination; one that names the state wins over its country."""
    if not destination.is_whole:
        return None
    zones = ShippingZone.objects.filter(
        is_active=True, countries__contains=[destination.country_code.upper()]
    ).order_by("name")
    state = destination.state.strip().upper()
    fitting = [zone for zone in zones if not zone.states or state in zone.states]
    return min(fitting, key=lambda zone: not zone.states, default=None)


def options(
    *, zone: ShippingZone | None, subtotal: Decimal, weight_grams: int, country_code: str = ""
) -> list[ShippingOption]:
    """Return the ways to ship a cart into a zone, cheapest first, then where to fetch it.

    Goods are fetched anywhere in the country, whatever zone of it the shopper lives in.
    """
    here = Q(is_pickup=False, zone=zone) if zone else Q(pk=None)
    if country_code:
        here |= Q(is_pickup=True, pickup_country_code=country_code.upper())
    methods = ShippingMethod.objects.offered().filter(here).order_by("price", "id")
    fitting = [method for method in methods if _fits(method, subtotal, weight_grams)]
    found = [_option(method, subtotal) for method in fitting]
    return sorted(
        found,
        key=lambda option: (option.pickup is not None, option.price, option.delivery_to, option.id),
    )


def is_pickup(method_id: UUID | None) -> bool:
    """Whether a way of shipping means that the shopper fetches the goods."""
    if method_id is None:
        return False
    return ShippingMethod.objects.offered().filter(pk=method_id, is_pickup=True).exists()


def free_above_everywhere() -> Decimal | None:
    """Return the order that ships for nothing wherever it goes, or None: there is no such one.

    Ways that are bound to a weight or an amount promise nothing, and fetching isn't shipping.
    """
    unbound = Q(
        methods__is_active=True,
        methods__is_pickup=False,
        methods__min_weight_grams=None,
        methods__max_weight_grams=None,
        methods__min_order_amount=None,
        methods__max_order_amount=None,
    )
    zones = ShippingZone.objects.filter(
        is_active=True, methods__is_active=True, methods__is_pickup=False
    )
    least = zones.annotate(least=Min("methods__free_above", filter=unbound))
    found: list[Decimal | None] = list(least.order_by().values_list("least", flat=True))
    known = [amount for amount in found if amount is not None]
    return max(known) if found and len(known) == len(found) else None


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
    leaves = _leaves_on(method.cutoff_hour)
    return ShippingOption(
        id=method.pk,
        name=method.name,
        carrier=method.carrier,
        price=ZERO if is_free else method.price,
        free_above=method.free_above,
        delivery_from=_working_days_after(leaves, method.estimated_days_min),
        delivery_to=_working_days_after(leaves, method.estimated_days_max),
        pickup=_place(method) if method.is_pickup else None,
    )


def _place(method: ShippingMethod) -> PickupPlace:
    return PickupPlace(
        address_line_1=method.pickup_address_line,
        postal_code=method.pickup_postal_code,
        city=method.pickup_city,
        state=method.pickup_state,
        country_code=method.pickup_country_code,
        hours=method.pickup_hours,
    )


def _leaves_on(cutoff_hour: int | None) -> date:
    """Return the working day on which what is ordered now leaves."""
    now = timezone.localtime()
    is_late = cutoff_hour is not None and now.hour >= cutoff_hour
    if is_late or now.weekday() >= SATURDAY:
        return _working_days_after(now.date(), 1)
    return now.date()


def _working_days_after(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day
