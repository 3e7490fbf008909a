"""Which taxes apply: the shop's own table of rates, or whoever is asked instead of it.

An external service is an adapter with the one method of `TaxCalculator`, named by the setting
TAX_CALCULATOR. It talks over the network, so it is asked before a transaction begins, and its
answer is handed in: an answer to another question than the order's is worth nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from shipping.models import ShippingZone, TaxRate
from shipping.queries.delivery import Destination
from shopflow.lib.money import round_money


@dataclass(frozen=True, kw_only=True)
class TaxedPart:
    """A line, or shipping, and what is left of its price after discounts."""

    key: str
    tax_class: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class TaxQuestion:
    """What is sold where; amounts in `currency`."""

    destination: Destination
    currency: str
    parts: tuple[TaxedPart, ...]


@dataclass(frozen=True, kw_only=True)
class Tax:
    """One tax on one part, rounded to cents; several on a part add up."""

    key: str
    name: str
    tax_class: str
    rate: Decimal
    taxable: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class TaxAnswer:
    """The taxes of a question. `is_included`: they are part of the prices, else on top."""

    question: TaxQuestion
    taxes: tuple[Tax, ...]
    is_included: bool


class TaxCalculator(Protocol):
    """Whoever knows which taxes a sale bears.

    Raises TaxesUnknown when it can't say: nothing is sold with a guessed tax.
    """

    def taxes(self, question: TaxQuestion) -> TaxAnswer: ...


def calculator() -> TaxCalculator | None:
    """Return the external calculator, or None: the table of rates is used."""
    path: str = settings.TAX_CALCULATOR
    return import_string(path)() if path else None


def tax_rates(
    *, zone: ShippingZone | None, destination: Destination | None = None
) -> Mapping[str, TaxRate]:
    """Return the tax rates of a place by tax class.

    A rate of the state wins over one of the country, and both over the zone's.
    """
    here = Q(zone=zone) if zone else Q(pk=None)
    if destination is not None:
        states = {"", destination.state.strip().upper()}
        country = destination.country_code.upper()
        here |= Q(zone=None, country_code=country, state__in=states)
    rates = sorted(TaxRate.objects.filter(here), key=_how_special)
    return {rate.tax_class: rate for rate in rates}


def taxes_by_table(*, question: TaxQuestion, rates: Mapping[str, TaxRate]) -> TaxAnswer:
    """Return the taxes of a question by the table of rates; a class without one isn't taxed."""
    found = tuple(
        Tax(
            key=part.key,
            name=rate.name,
            tax_class=part.tax_class,
            rate=rate.rate,
            taxable=part.amount,
            amount=_tax(part.amount, rate),
        )
        for part in question.parts
        if (rate := rates.get(part.tax_class)) is not None
    )
    return TaxAnswer(question=question, taxes=found, is_included=is_included(list(rates.values())))


def is_included(rates: Sequence[TaxRate]) -> bool:
    """Whether prices include these taxes; those of one place all do or all don't."""
    return any(rate.included_in_price for rate in rates)


def _how_special(rate: TaxRate) -> tuple[bool, bool]:
    return rate.zone_id is None, rate.state != ""


def _tax(amount: Decimal, rate: TaxRate) -> Decimal:
    if rate.included_in_price:
        return round_money(amount * rate.rate / (1 + rate.rate))
    return round_money(amount * rate.rate)
