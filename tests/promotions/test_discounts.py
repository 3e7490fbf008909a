from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from promotions.models import Coupon, Promotion
from promotions.queries import Candidate, Discount, Goods, discounts, take_off_shipping
from shopflow.lib.ids import new_id

TEN: dict[str, Any] = {"discount_value": Decimal(10)}
HALF: dict[str, Any] = {"discount_value": Decimal(50)}
FREE: dict[str, Any] = {"discount_type": "free_shipping", "discount_value": Decimal(0)}


def goods(*lines: tuple[str, int]) -> list[Goods]:
    """Lines of so much per unit and so many units, in an order of their own."""
    return [
        Goods(key=f"{n:02}", product_id=new_id(), unit_price=Decimal(price), quantity=quantity)
        for n, (price, quantity) in enumerate(lines)
    ]


def coupon(code: str = "TENOFF", **terms: Any) -> Candidate:
    return Candidate(rule=Coupon(code=code, **{**TEN, **terms}))


def promotion(name: str = "Summer sale", **terms: Any) -> Candidate:
    return Candidate(rule=Promotion(name=name, **{**TEN, **terms}))


def fixed(amount: str) -> dict[str, Any]:
    return {"discount_type": "fixed_amount", "discount_value": Decimal(amount)}


def buy_get(buy: int, get: int, *, percent: int = 100) -> dict[str, Any]:
    return {
        "discount_type": "buy_x_get_y",
        "discount_value": Decimal(percent),
        "buy_quantity": buy,
        "get_quantity": get,
    }


def found(candidates: Sequence[Candidate], lines: Sequence[Goods]) -> list[Discount]:
    return discounts(candidates=candidates, goods=lines, currency="USD")


def parts(terms: Mapping[str, Any], *lines: tuple[str, int]) -> list[Decimal]:
    [one] = found([coupon(**terms)], goods(*lines))
    assert one.reason is None
    return one.parts


def reason(candidate: Candidate, *lines: tuple[str, int]) -> tuple[str, str]:
    [one] = found([candidate], goods(*lines))
    assert one.reason is not None
    assert (one.amount, set(one.parts) | {Decimal(0)}) == (0, {Decimal(0)})
    return one.reason.code, one.reason.sentence


@pytest.mark.parametrize(
    ("terms", "lines", "expected"),
    [
        (TEN, [("100.00", 1)], ["10.00"]),
        (TEN, [("0.05", 1)], ["0.01"]),
        ({"discount_value": Decimal(100)}, [("0.01", 1), ("9.99", 1)], ["0.01", "9.99"]),
        ({"discount_value": Decimal(33)}, [("0.33", 1)] * 2 + [("0.34", 1)], ["0.11"] * 3),
        (HALF, [], []),
        (HALF | {"max_discount_amount": Decimal(6)}, [("20.00", 1), ("10.00", 1)], ["4", "2"]),
        (fixed("5.00"), [("10.00", 1), ("30.00", 1)], ["1.25", "3.75"]),
        (fixed("50.00"), [("10.00", 1), ("30.00", 1)], ["10", "30"]),
        (fixed("5.00") | {"max_discount_amount": Decimal(2)}, [("10.00", 1)], ["2"]),
        (buy_get(2, 1), [("10.00", 3)], ["10"]),
        (buy_get(2, 1), [("10.00", 2), ("4.00", 1)], ["0", "4"]),
        (buy_get(2, 1), [("10.00", 5)], ["10"]),
        (buy_get(2, 1), [("10.00", 4), ("3.00", 1), ("2.00", 1)], ["0", "3", "2"]),
        (buy_get(1, 1, percent=50), [("10.01", 2)], ["5.01"]),
        (buy_get(2, 1) | {"max_discount_amount": Decimal(1)}, [("10.00", 3)], ["1"]),
        (FREE, [("10.00", 3)], ["0"]),
    ],
)
def test_take_off_to_the_cent(
    terms: dict[str, Any], lines: list[tuple[str, int]], expected: list[str]
) -> None:
    assert parts(terms, *lines) == [Decimal(amount) for amount in expected]


def test_of_units_got_leave_out_what_costs_nothing() -> None:
    assert parts(buy_get(1, 1), ("0.00", 1), ("8.00", 1), ("6.00", 1)) == [0, 0, 6]


def test_are_for_the_products_of_the_rule_only() -> None:
    lines = goods(("10.00", 1), ("20.00", 1))
    candidate = replace(coupon(**HALF), products=frozenset([lines[1].product_id]))

    [one] = found([candidate], lines)

    assert (one.parts, one.basis) == ([0, 10], 20)


@pytest.mark.parametrize(
    ("terms", "code", "sentence"),
    [
        ({"is_active": False}, "inactive", "This code isn't valid any more."),
        ({"deleted_at": timezone.now()}, "inactive", "This code isn't valid any more."),
        (
            {"starts_at": timezone.now() + timedelta(hours=1)},
            "not_started",
            "This code isn't valid yet.",
        ),
        (
            {"expires_at": timezone.now() - timedelta(hours=1)},
            "expired",
            "This code has expired.",
        ),
        ({"usage_limit": 2, "usage_count": 2}, "used_up", "This code has been used up."),
        (
            {"min_order_amount": Decimal("30.01")},
            "below_minimum",
            "This code needs an order of at least $30.01.",
        ),
        (
            buy_get(3, 1),
            "too_few_units",
            "This code needs 4 of the things it is for in your cart.",
        ),
    ],
)
def test_say_why_not(terms: dict[str, Any], code: str, sentence: str) -> None:
    assert reason(coupon(**terms), ("10.00", 3)) == (code, sentence)


def test_say_why_not_of_what_nobody_asked_for() -> None:
    expected = ("below_minimum", "This offer needs an order of at least $50.00.")

    assert reason(promotion(min_order_amount=Decimal(50)), ("10.00", 1)) == expected


def test_say_that_the_customer_has_had_theirs() -> None:
    candidate = replace(coupon(usage_limit_per_user=2), uses=2)

    assert reason(candidate, ("10.00", 1)) == (
        "used_by_you",
        "You have used this code as often as you can.",
    )
    assert found([replace(candidate, uses=1)], goods(("10.00", 1)))[0].amount == 1


def test_say_that_nothing_in_the_cart_fits() -> None:
    candidate = replace(coupon(), products=frozenset([new_id()]))

    assert reason(candidate, ("10.00", 1)) == (
        "nothing_fits",
        "This code isn't for anything in your cart.",
    )


def test_are_exact_about_the_minimum_and_the_dates() -> None:
    now = timezone.now()
    candidate = coupon(
        min_order_amount=Decimal(30),
        starts_at=now - timedelta(seconds=1),
        expires_at=now + timedelta(hours=1),
        usage_limit=1,
    )

    [one] = found([candidate], goods(("10.00", 3)))

    assert (one.reason, one.amount) == (None, 3)


def test_stack_one_after_the_other_on_what_is_left() -> None:
    first = promotion(priority=1, stackable=True, **HALF)
    second = coupon(priority=2, stackable=True)

    sale, code = found([second, first], goods(("10.00", 1)))

    assert (sale.candidate, sale.amount) == (first, 5)
    assert (code.candidate, code.basis, code.amount) == (second, 5, Decimal("0.50"))


@pytest.mark.parametrize(("is_stackable", "other"), [(False, True), (True, False), (False, False)])
def test_apply_alone_unless_both_may_be_used_together(is_stackable: bool, other: bool) -> None:
    code = coupon(stackable=is_stackable)
    sale = promotion(stackable=other, **HALF)

    one, two = found([sale, code], goods(("10.00", 1)))

    # Of the same priority, what was asked for goes first.
    assert (one.candidate, one.amount) == (code, 1)
    assert two.reason is not None
    assert (two.reason.code, two.reason.sentence, two.amount) == (
        "not_combinable",
        "This offer can't be used together with TENOFF.",
        0,
    )


def test_let_the_lower_priority_number_go_first() -> None:
    sale, code = promotion(priority=-1), coupon(**HALF)

    one, two = found([code, sale], goods(("10.00", 1)))

    assert (one.candidate, one.amount) == (sale, 1)
    assert two.reason is not None
    assert two.reason.sentence == "This code can't be used together with Summer sale."


def test_step_aside_for_the_next_when_they_do_not_apply() -> None:
    sale, code = promotion(priority=-1, min_order_amount=Decimal(100)), coupon()

    one, two = found([code, sale], goods(("10.00", 1)))

    assert one.reason is not None
    assert (one.reason.code, two.reason, two.amount) == ("below_minimum", None, 1)


def test_say_that_nothing_is_left_to_take_off() -> None:
    all_of_it = promotion(stackable=True, discount_value=Decimal(100))
    code = coupon(stackable=True, priority=1)

    _, two = found([all_of_it, code], goods(("10.00", 1)))

    assert two.reason is not None
    assert two.reason.code == "nothing_left"


@pytest.mark.parametrize(
    ("terms", "price", "off"),
    [
        ({}, "5.90", "5.90"),
        ({}, "0.00", "0.00"),
        ({"max_discount_amount": Decimal(4)}, "5.90", "4.00"),
    ],
)
def test_of_shipping_take_off_its_price_and_nothing_else(
    terms: dict[str, Any], price: str, off: str
) -> None:
    [one] = applied = found([coupon(**FREE, **terms)], goods(("10.00", 1)))

    taken = take_off_shipping(found=applied, price=Decimal(price))

    assert (taken, one.amount, one.shipping) == (Decimal(off),) * 3
    assert one.parts == [0]


def test_of_shipping_never_take_off_more_than_it_costs() -> None:
    both = [coupon(stackable=True, **FREE), promotion(stackable=True, **FREE)]
    applied = found(both, goods(("10.00", 1)))

    assert take_off_shipping(found=applied, price=Decimal("5.90")) == Decimal("5.90")
    assert [one.shipping for one in applied] == [Decimal("5.90"), 0]


def test_that_do_not_apply_leave_shipping_alone() -> None:
    applied = found([coupon(min_order_amount=Decimal(100), **FREE)], goods(("10.00", 1)))

    assert take_off_shipping(found=applied, price=Decimal("5.90")) == 0
