from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopflow.lib.money import (
    THREE_DECIMAL,
    ZERO_DECIMAL,
    Money,
    allocate,
    as_json,
    from_minor_units,
    round_money,
    to_minor_units,
)
from tests.ledger import ledger

CENTS = st.integers(min_value=0, max_value=10**12 - 1)
AMOUNTS = CENTS.map(lambda cents: Decimal(cents) / 100)
WEIGHTS = st.lists(AMOUNTS, min_size=1, max_size=30)
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KRW"])


@given(total=AMOUNTS, weights=WEIGHTS)
def test_allocate_loses_no_cent(total: Decimal, weights: list[Decimal]) -> None:
    parts = allocate(total, weights)

    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert all(part >= 0 and part == round_money(part) for part in parts)


@given(weights=WEIGHTS, percent=st.integers(min_value=0, max_value=100))
def test_allocate_takes_no_line_below_zero(weights: list[Decimal], percent: int) -> None:
    total = round_money(sum(weights, Decimal(0)) * percent / 100)

    parts = allocate(total, weights)

    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


@given(total=AMOUNTS, weights=WEIGHTS)
def test_allocate_is_fair_to_the_cent(total: Decimal, weights: list[Decimal]) -> None:
    whole = sum(weights, Decimal(0))
    parts = allocate(total, weights)

    if whole:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - total * weight / whole) < Decimal("0.01")


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("0.10", ["1", "1", "1"], ["0.04", "0.03", "0.03"]),
        ("0.01", ["0.01", "99.99"], ["0.00", "0.01"]),
        ("5.00", ["0", "0"], ["5.00", "0"]),
        ("0.00", ["7", "3"], ["0", "0"]),
        ("10.00", ["5"], ["10.00"]),
    ],
)
def test_allocate_by_example(total: str, weights: list[str], parts: list[str]) -> None:
    split = allocate(Decimal(total), [Decimal(weight) for weight in weights])

    assert sorted(split, reverse=True) == sorted(map(Decimal, parts), reverse=True)


def test_allocate_of_nothing_is_nothing() -> None:
    assert allocate(Decimal("5.00"), []) == []


@ledger("S2-21")
@given(minor=CENTS, currency=CURRENCIES)
def test_minor_units_come_back_as_they_went(minor: int, currency: str) -> None:
    assert to_minor_units(from_minor_units(minor, currency)) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("19.99", "USD", 1999), ("0.00", "EUR", 0), ("500.00", "JPY", 500), ("7", "KRW", 7)],
)
def test_minor_units_know_currencies_without_cents(amount: str, currency: str, minor: int) -> None:
    assert to_minor_units(Money(Decimal(amount), currency)) == minor
    assert from_minor_units(minor, currency) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "USD"), ("0.50", "JPY")])
def test_minor_units_refuse_a_part_of_a_unit(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="no whole minor units"):
        to_minor_units(Money(Decimal(amount), currency))


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01")],
)
def test_rounds_half_up(amount: str, rounded: str) -> None:
    assert round_money(Decimal(amount)) == Decimal(rounded)


def test_adds_and_takes_away_in_one_currency() -> None:
    price, rest = Money(Decimal("1.50"), "USD"), Money(Decimal("0.25"), "USD")

    assert price + rest == Money(Decimal("1.75"), "USD")
    assert price - rest == Money(Decimal("1.25"), "USD")


@pytest.mark.parametrize("operation", ["__add__", "__sub__"])
def test_never_mixes_currencies(operation: str) -> None:
    dollars, euros = Money(Decimal(1), "USD"), Money(Decimal(1), "EUR")

    with pytest.raises(ValueError, match="USD and EUR"):
        getattr(dollars, operation)(euros)


def test_reads_as_people_write_it() -> None:
    assert str(Money(Decimal("1234.50"), "USD")) == "$1,234.50"
    assert as_json(Money(Decimal("5"), "USD")) == {"amount": "5.00", "currency": "USD"}


def test_no_currency_has_both_no_and_three_decimals() -> None:
    assert not ZERO_DECIMAL & THREE_DECIMAL
