"""Money and its rounding: the only module that rounds, splits or converts amounts.

Amounts are `Decimal` with two places in the shop's books (NUMERIC(12,2)); never `float`.
Minor units (cents) exist only where a payment provider is spoken to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from babel.numbers import format_currency

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# ISO 4217 exponents that differ from 2, among the currencies payment providers accept.
ZERO_DECIMAL = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
)
THREE_DECIMAL = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


@dataclass(frozen=True)
class Money:
    """An amount in one currency. Adding two currencies raises ValueError."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __str__(self) -> str:
        return format_currency(self.amount, self.currency, locale="en_US")

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} can't be added")


def round_money(amount: Decimal) -> Decimal:
    """Round half up to two places (data model, conventions: per line)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def allocate(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `total` in proportion to `weights`; the parts always add up to `total`.

    Shares are cut to whole cents and the cents left over go, one each, to the shares that lost
    most. So no part is negative, and none exceeds its weight while `total` ≤ sum of weights
    (half-up rounding with one line taking the remainder breaks both on many small lines).
    No weight may be negative. All weights zero: the first part takes everything.
    """
    whole = sum(weights, ZERO)
    if whole == 0:
        return [total, *([ZERO] * (len(weights) - 1))][: len(weights)]
    shares = [total * weight / whole for weight in weights]
    parts = [share.quantize(CENT, rounding=ROUND_DOWN) for share in shares]
    left_over = int((total - sum(parts, ZERO)) / CENT)
    lost = sorted(range(len(parts)), key=lambda i: (shares[i] - parts[i], weights[i]), reverse=True)
    for index in lost[:left_over]:
        parts[index] += CENT
    return parts


def as_read(money: Money, language: str) -> str:
    """Return the amount as it is read in a language: "€ 19.99" is "19,99 €" in `de`."""
    return format_currency(money.amount, money.currency, locale=language.replace("-", "_"))


def as_json(money: Money) -> dict[str, str]:
    """Return the amount as the API writes it: {"amount": "19.99", "currency": "USD"}."""
    return {"amount": str(money.amount.quantize(CENT)), "currency": money.currency}


def to_minor_units(money: Money) -> int:
    """Return the amount as the integer a payment provider expects (cents; whole yen)."""
    scale = 1 if money.currency in ZERO_DECIMAL else 100
    minor = money.amount * scale
    if minor != minor.to_integral_value():
        raise ValueError(f"{money.amount} {money.currency} has no whole minor units")
    return int(minor)


def from_minor_units(minor: int, currency: str) -> Money:
    """Return what a payment provider's integer means in our books."""
    scale = 1 if currency in ZERO_DECIMAL else 100
    return Money((Decimal(minor) / scale).quantize(CENT), currency)
