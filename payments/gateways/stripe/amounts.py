"""Stripe's minor units, which aren't ISO 4217's for every currency.

Source: https://docs.stripe.com/currencies#special-cases
"""

from decimal import Decimal

from shopflow.lib.money import CENT, Money

ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
# Whole amounts only, but written with two decimals: 5 ISK are 500.
WHOLE_BUT_HUNDREDFOLD = frozenset({"ISK", "UGX"})


def to_units(money: Money) -> int:
    """Return the integer Stripe expects; raises ValueError for a fraction it can't take."""
    minor = money.amount * _scale(money.currency)
    step = 100 if money.currency in WHOLE_BUT_HUNDREDFOLD else 1
    if minor != minor.to_integral_value() or minor % step:
        raise ValueError(f"{money.amount} {money.currency} has no whole minor units")
    return int(minor)


def from_units(minor: int, currency: str) -> Money:
    """Return what Stripe's integer means in our books."""
    return Money((Decimal(minor) / _scale(currency)).quantize(CENT), currency)


def _scale(currency: str) -> int:
    return 1 if currency in ZERO_DECIMAL else 100
