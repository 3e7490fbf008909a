"""The taxes of a quote, by whoever reckons them."""

from collections.abc import Mapping
from decimal import Decimal

from carts.queries.quotes import Quote, TaxLine
from shipping.errors import TaxesOutdated
from shipping.models import TaxRate
from shipping.queries import (
    Destination,
    TaxAnswer,
    TaxedPart,
    TaxQuestion,
    calculator,
    taxes_by_table,
)
from shopflow.lib.money import ZERO
from shopflow.lib.transactions import is_told

SHIPPING_CLASS = "shipping"


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
        return taxes_by_table(question, rates)
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
