"""How a shop asks services: an adapter is a class with one method, named by a setting.

Real ones talk HTTP here. These answer from memory, and note what they were asked.
"""

from decimal import Decimal
from typing import ClassVar

from shipping.errors import TaxesUnknown
from shipping.queries import Tax, TaxAnswer, TaxQuestion, VatAnswer
from shopflow.lib.money import round_money
from shopflow.lib.transactions import is_told

COUNTY_TAXES = "tests.shipping.services.CountyTaxes"
REGISTER = "tests.shipping.services.Register"


class CountyTaxes:
    """State and county each take a part of every line; TAX_CALCULATOR names it."""

    RATES = (("State tax", Decimal("0.04")), ("County tax", Decimal("0.045")))
    asked: ClassVar[list[TaxQuestion]] = []
    is_away: ClassVar[bool] = False

    def taxes(self, question: TaxQuestion) -> TaxAnswer:
        assert not is_told(), "no network in a transaction"
        self.asked.append(question)
        if self.is_away:
            raise TaxesUnknown
        found = tuple(
            Tax(
                key=part.key,
                name=name,
                tax_class=part.tax_class,
                rate=rate,
                taxable=part.amount,
                amount=round_money(part.amount * rate),
            )
            for part in question.parts
            for name, rate in self.RATES
        )
        return TaxAnswer(question=question, taxes=found, is_included=False)


class Register:
    """Knows which VAT numbers are registered; VAT_CHECK names it."""

    REGISTERED = frozenset({"ATU13585627"})

    def check(self, vat_id: str) -> VatAnswer:
        assert not is_told(), "no network in a transaction"
        if vat_id in self.REGISTERED:
            return VatAnswer(vat_id=vat_id, is_valid=True, reference="WAPIAAAAW")
        problem = "This VAT number isn't registered."
        return VatAnswer(vat_id=vat_id, is_valid=False, problem=problem)
