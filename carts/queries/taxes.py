"""The taxes of a quote, by whoever reckons them, and who buys without any."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.conf import settings

from carts.queries.quotes import Exemption, Quote, TaxLine
from promotions.queries import Discount
from shipping.errors import TaxesOutdated
from shipping.models import TaxRate
from shipping.queries import (
    Destination,
    TaxAnswer,
    TaxedPart,
    TaxQuestion,
    VatAnswer,
    calculator,
    taxes_by_table,
)
from shopflow.lib.money import ZERO, round_money
from shopflow.lib.transactions import is_told

SHIPPING_CLASS = "shipping"


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


def question_of(quote: Quote, place: Destination) -> TaxQuestion:
    """Return what is to be taxed: what is left of each line and of shipping."""
    parts = [
        TaxedPart(
            key=line.item_id.hex, tax_class=line.tax_class, amount=line.line_total - line.discount
        )
        for line in quote.lines
    ]
    if shipping := quote.shipping - quote.shipping_discount:
        parts.append(TaxedPart(key=SHIPPING_CLASS, tax_class=SHIPPING_CLASS, amount=shipping))
    return TaxQuestion(destination=place, currency=quote.currency, parts=tuple(parts))


def answer_of(
    question: TaxQuestion, rates: Mapping[str, TaxRate], *, given: TaxAnswer | None
) -> TaxAnswer:
    """Return the taxes, from the external calculator if there is one.

    Raises TaxesOutdated when what it was asked before the transaction isn't what is sold now, and
    whatever it raises itself.
    """
    external = calculator()
    if external is None:
        return taxes_by_table(question=question, rates=rates)
    if given is None and is_told():
        raise RuntimeError("the tax calculator is asked before a transaction, not inside")
    if given is not None and given.question != question:
        raise TaxesOutdated
    return given or external.taxes(question)


def add_tax(quote: Quote, answer: TaxAnswer) -> None:
    """Add the taxes of an answer to the lines of a quote and, by rate, to the quote."""
    quote.prices_include_tax = answer.is_included
    of_part: dict[str, Decimal] = {}
    sums: dict[tuple[str, str, Decimal], tuple[Decimal, Decimal]] = {}
    for tax in answer.taxes:
        of_part[tax.key] = of_part.get(tax.key, ZERO) + tax.amount
        key = (tax.tax_class, tax.name, tax.rate)
        taxable, amount = sums.get(key, (ZERO, ZERO))
        sums[key] = (taxable + tax.taxable, amount + tax.amount)
    for line in quote.lines:
        line.tax = of_part.get(line.item_id.hex, ZERO)
    quote.tax_lines = [
        TaxLine(name=name, tax_class=tax_class, rate=rate, taxable=taxable, amount=amount)
        for (tax_class, name, rate), (taxable, amount) in sorted(sums.items())
    ]
    quote.tax = sum((line.amount for line in quote.tax_lines), ZERO)
