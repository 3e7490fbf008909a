"""Who buys without tax, and what a price that includes it becomes then."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.conf import settings

from carts.queries.quotes import Exemption, Quote
from promotions.queries import Discount
from shipping.models import TaxRate
from shipping.queries import Destination, VatAnswer
from shopflow.lib.money import ZERO, round_money


def exemption_of(vat: VatAnswer | None, place: Destination, *, is_exempt: bool) -> Exemption:
    """Return why a sale to this place bears no tax, or NONE."""
    if is_exempt:
        return Exemption.CUSTOMER
    if vat and vat.reverses_charge(country_code=place.country_code, seller=settings.SHOP_VAT_ID):
        return Exemption.REVERSE_CHARGE
    return Exemption.NONE


def take_out_tax(quote: Quote, found: Sequence[Discount], rates: Mapping[str, TaxRate]) -> None:
    """Take the tax out of prices and discounts that include it.

    Each unit is rounded, so that units still make the line; no line goes below zero. Gift cards
    bear no tax, and no discount has a part of them.
    """
    for index, line in enumerate(line for line in quote.lines if not line.is_gift_card):
        rate = rates.get(line.tax_class)
        line.unit_price = without_tax(line.unit_price, rate)
        line.line_total = left = line.unit_price * line.quantity
        for discount in found:
            discount.parts[index] = min(without_tax(discount.parts[index], rate), left)
            left -= discount.parts[index]
        line.discount = line.line_total - left
    for discount in found:
        discount.basis = ZERO  # it was reckoned on prices with tax
    quote.subtotal = sum((line.line_total for line in quote.lines), ZERO)
    quote.discount = sum((line.discount for line in quote.lines), ZERO)


def without_tax(amount: Decimal, rate: TaxRate | None) -> Decimal:
    """Return an amount without the tax it includes, if it includes one."""
    if rate is None or not rate.included_in_price:
        return amount
    return round_money(amount / (1 + rate.rate))
