"""What a destination adds to the price of a cart: shipping and tax."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from carts.queries.quotes import Quote
from carts.queries.taxes import (
    SHIPPING_CLASS,
    add_tax,
    answer_of,
    exemption_of,
    question_of,
    take_out_tax,
    without_tax,
)
from promotions.queries import Discount, take_off_shipping
from shipping.errors import ShippingMethodUnavailable
from shipping.models import ShippingZone
from shipping.queries import (
    Destination,
    ShippingOption,
    TaxAnswer,
    VatAnswer,
    options,
    tax_rates,
    zone_of,
)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a price depends on beside the cart: where it goes and how, and who bears which tax.

    `taxes` is what an external calculator answered before the transaction.
    """

    address: Destination
    method_id: UUID | None = None
    vat: VatAnswer | None = None
    is_exempt: bool = False
    taxes: TaxAnswer | None = None


def apply_destination(quote: Quote, terms: Terms, found: Sequence[Discount]) -> None:
    """Add shipping, what discounts take off it, and tax. Raises ShippingMethodUnavailable.

    What is fetched bears the tax of the place where it is fetched; what comes by mail needs no
    way of shipping.
    """
    place, zone = terms.address, zone_of(terms.address)
    offered = _offered(quote, zone, place)
    chosen = _choose(offered, terms.method_id) if quote.has_parcel else None
    if chosen is not None and chosen.pickup is not None:
        place = chosen.pickup.destination
        zone = zone_of(place)
    if zone is None and chosen is None:
        quote.shipping_options, quote.is_shippable = offered, not quote.has_parcel
        return
    rates = tax_rates(zone, place)
    quote.exemption = exemption_of(terms.vat, place, is_exempt=terms.is_exempt)
    if quote.exemption:
        take_out_tax(quote, found, rates)
        rate = rates.get(SHIPPING_CLASS)
        offered = [replace(each, price=without_tax(each.price, rate)) for each in offered]
    if quote.has_parcel:
        add_shipping(quote, offered, chosen.id if chosen else None, found)
    if not quote.exemption:
        quote.taxes = answer_of(question_of(quote, place), rates, given=terms.taxes)
        add_tax(quote, quote.taxes)


def add_shipping(
    quote: Quote,
    offered: Sequence[ShippingOption],
    method_id: UUID | None,
    found: Sequence[Discount],
) -> None:
    """Add the way of shipping that was chosen, or the first; discounts of shipping lower it."""
    quote.shipping_options = list(offered)
    chosen = _choose(offered, method_id)
    quote.is_shippable = chosen is not None
    if chosen is not None:
        quote.shipping_method_id, quote.shipping_method_name = chosen.id, chosen.name
        quote.pickup = chosen.pickup
        quote.shipping = chosen.price
        quote.shipping_discount = take_off_shipping(found=found, price=chosen.price)
        quote.discount += quote.shipping_discount


def _offered(quote: Quote, zone: ShippingZone | None, place: Destination) -> list[ShippingOption]:
    if not quote.has_parcel:
        return []
    return options(
        zone=zone,
        subtotal=quote.subtotal - quote.discount,
        weight_grams=sum(line.weight_grams for line in quote.lines),
        country_code=place.country_code,
    )


def _choose(offered: Sequence[ShippingOption], method_id: UUID | None) -> ShippingOption | None:
    """Return the way that was named, or else the cheapest that brings the goods."""
    if method_id is None:
        return next((option for option in offered if option.pickup is None), None)
    for option in offered:
        if option.id == method_id:
            return option
    raise ShippingMethodUnavailable
