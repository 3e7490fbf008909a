"""What a destination adds to the price of a cart: shipping and tax."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from carts.queries.quotes import Quote, TaxLine
from promotions.queries import Discount, take_off_shipping
from shipping.errors import ShippingMethodUnavailable
from shipping.models import TaxRate
from shipping.queries import Destination, ShippingOption, options, tax_rates, zone_of
from shopflow.lib.money import ZERO, round_money

SHIPPING_CLASS = "shipping"


def apply_destination(
    quote: Quote, address: Destination, method_id: UUID | None, found: Sequence[Discount]
) -> None:
    """Add shipping, what discounts take off it, and tax. Raises ShippingMethodUnavailable."""
    zone = zone_of(address)
    if zone is None:
        quote.is_shippable = not quote.has_parcel
        return
    goods = quote.subtotal - quote.discount
    weight = sum(line.weight_grams for line in quote.lines)
    if quote.has_parcel:
        offered = options(zone=zone, subtotal=goods, weight_grams=weight)
        add_shipping(quote, offered, method_id, found)
    add_tax(quote, tax_rates(zone))


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
        quote.shipping = chosen.price
        quote.shipping_discount = take_off_shipping(found=found, price=chosen.price)
        quote.discount += quote.shipping_discount


def add_tax(quote: Quote, rates: Mapping[str, TaxRate]) -> None:
    """Add the taxes of what is left of each line and of shipping, by tax class."""
    quote.prices_include_tax = any(rate.included_in_price for rate in rates.values())
    taxable: dict[str, list[Decimal]] = {}
    amounts: dict[str, list[Decimal]] = {}
    for line in quote.lines:
        if (rate := rates.get(line.tax_class)) is None:
            continue
        net = line.line_total - line.discount
        line.tax = _tax(net, rate)
        taxable.setdefault(line.tax_class, []).append(net)
        amounts.setdefault(line.tax_class, []).append(line.tax)
    shipping = quote.shipping - quote.shipping_discount
    if shipping and (rate := rates.get(SHIPPING_CLASS)) is not None:
        taxable[SHIPPING_CLASS] = [shipping]
        amounts[SHIPPING_CLASS] = [_tax(shipping, rate)]
    quote.tax_lines = [
        TaxLine(
            name=rates[tax_class].name,
            tax_class=tax_class,
            rate=rates[tax_class].rate,
            taxable=sum(taxable[tax_class], ZERO),
            amount=sum(amounts[tax_class], ZERO),
        )
        for tax_class in sorted(taxable)
    ]
    quote.tax = sum((line.amount for line in quote.tax_lines), ZERO)


def _choose(offered: Sequence[ShippingOption], method_id: UUID | None) -> ShippingOption | None:
    if method_id is None:
        return offered[0] if offered else None
    for option in offered:
        if option.id == method_id:
            return option
    raise ShippingMethodUnavailable


def _tax(amount: Decimal, rate: TaxRate) -> Decimal:
    if rate.included_in_price:
        return round_money(amount * rate.rate / (1 + rate.rate))
    return round_money(amount * rate.rate)
