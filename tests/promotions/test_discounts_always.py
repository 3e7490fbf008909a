"""What holds for any cart and any rules, whatever they are."""

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from promotions.models import Coupon, Promotion
from promotions.queries import Candidate, Discount, Goods, discounts, take_off_shipping
from shopflow.lib.ids import new_id
from shopflow.lib.money import ZERO, round_money

IDS = [new_id() for _ in range(12)]
PRODUCTS = [new_id() for _ in range(6)]
PRICES = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)
SOME = st.none() | PRICES


@st.composite
def carts(draw: Any) -> list[Goods]:
    keys = draw(st.lists(st.integers(0, 99), min_size=1, max_size=8, unique=True))
    return [
        Goods(
            key=f"{key:02}",
            product_id=draw(st.sampled_from(PRODUCTS)),
            unit_price=draw(PRICES),
            quantity=draw(st.integers(1, 20)),
        )
        for key in keys
    ]


@st.composite
def terms(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["percentage", "fixed_amount", "free_shipping", "buy_x_get_y"]))
    percent = st.integers(1, 10_000).map(lambda hundredths: Decimal(hundredths) / 100)
    values = {"fixed_amount": PRICES, "free_shipping": st.just(ZERO)}
    is_units = kind == "buy_x_get_y"
    return {
        "discount_type": kind,
        "discount_value": draw(values.get(kind, percent)),
        "buy_quantity": draw(st.integers(1, 5)) if is_units else None,
        "get_quantity": draw(st.integers(1, 5)) if is_units else None,
        "min_order_amount": draw(PRICES) if draw(st.booleans()) else ZERO,
        "max_discount_amount": draw(SOME),
        "stackable": draw(st.booleans()),
        "priority": draw(st.integers(-2, 2)),
    }


@st.composite
def rules(draw: Any) -> list[Candidate]:
    ids = draw(st.lists(st.sampled_from(IDS), max_size=5, unique=True))
    found = []
    for rule_id in ids:
        facts = draw(terms())
        is_coupon = draw(st.booleans())
        rule = (
            Coupon(id=rule_id, code="C", **facts)
            if is_coupon
            else Promotion(id=rule_id, name="P", **facts)
        )
        products = draw(st.none() | st.frozensets(st.sampled_from(PRODUCTS)))
        found.append(Candidate(rule=rule, products=products))
    return found


def applied(candidates: list[Candidate], goods: list[Goods]) -> list[Discount]:
    return discounts(candidates=candidates, goods=goods, currency="USD")


def per_line(found: list[Discount], goods: list[Goods]) -> dict[str, Decimal]:
    return {
        line.key: sum((discount.parts[index] for discount in found), ZERO)
        for index, line in enumerate(goods)
    }


@given(rules(), carts())
def test_parts_add_up_and_no_line_goes_below_zero(
    candidates: list[Candidate], goods: list[Goods]
) -> None:
    found = applied(candidates, goods)

    for discount in found:
        assert sum(discount.parts, ZERO) == discount.amount
        assert all(part >= 0 and part == round_money(part) for part in discount.parts)
    off = per_line(found, goods)
    assert all(off[line.key] <= line.total for line in goods)


@given(rules(), carts())
def test_each_keeps_to_its_products_and_its_cap(
    candidates: list[Candidate], goods: list[Goods]
) -> None:
    for discount in applied(candidates, goods):
        most = discount.candidate.rule.max_discount_amount
        wanted = discount.candidate.products
        assert most is None or discount.amount <= most
        assert discount.amount <= discount.basis
        for line, part in zip(goods, discount.parts, strict=True):
            assert wanted is None or line.product_id in wanted or part == 0


@given(rules(), carts(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_rules_changes_nothing(
    candidates: list[Candidate], goods: list[Goods], shuffled: random.Random
) -> None:
    others, lines = list(candidates), list(goods)
    shuffled.shuffle(others)
    shuffled.shuffle(lines)

    one, two = applied(candidates, goods), applied(others, lines)

    assert per_line(one, goods) == per_line(two, lines)
    assert [(d.candidate, d.amount, d.reason) for d in one] == [
        (d.candidate, d.amount, d.reason) for d in two
    ]


@given(rules(), carts())
def test_the_same_question_has_the_same_answer(
    candidates: list[Candidate], goods: list[Goods]
) -> None:
    assert applied(candidates, goods) == applied(candidates, goods)


@given(rules(), carts())
def test_priorities_decide_who_goes_first_and_alone_means_alone(
    candidates: list[Candidate], goods: list[Goods]
) -> None:
    found = applied(candidates, goods)

    places = [discount.candidate.place for discount in found]
    assert places == sorted(places)
    used = [discount.candidate.rule for discount in found if discount.reason is None]
    assert len(used) <= 1 or all(rule.stackable for rule in used)


@given(rules(), carts(), PRICES)
def test_free_shipping_takes_off_shipping_only(
    candidates: list[Candidate], goods: list[Goods], price: Decimal
) -> None:
    found = applied(candidates, goods)
    before = per_line(found, goods)

    taken = take_off_shipping(found=found, price=price)

    assert 0 <= taken <= price
    assert sum((discount.shipping for discount in found), ZERO) == taken
    assert per_line(found, goods) == before
    for discount in found:
        is_free = discount.candidate.rule.discount_type == "free_shipping"
        assert not any(discount.parts) if is_free else not discount.shipping


@given(carts(), st.integers(1, 4), st.integers(1, 4))
def test_buy_x_get_y_takes_the_cheapest_units(goods: list[Goods], buy: int, get: int) -> None:
    rule = Coupon(
        code="C",
        discount_type="buy_x_get_y",
        discount_value=Decimal(100),
        buy_quantity=buy,
        get_quantity=get,
    )
    paid = [line.unit_price for line in goods for _ in range(line.quantity) if line.unit_price]

    [discount] = applied([Candidate(rule=rule)], goods)

    free = len(paid) // (buy + get) * get
    assert discount.amount == sum(sorted(paid)[:free], ZERO)


@given(rules(), carts())
def test_a_rule_that_does_not_apply_takes_nothing(
    candidates: list[Candidate], goods: list[Goods]
) -> None:
    switched_off = [replace(candidate, rule=_off(candidate.rule)) for candidate in candidates]

    for discount in applied(switched_off, goods):
        assert discount.reason is not None
        assert (discount.reason.code, discount.amount) == ("inactive", 0)


def _off(rule: Any) -> Any:
    facts = {field.attname: getattr(rule, field.attname) for field in rule._meta.concrete_fields}
    return type(rule)(**facts | {"is_active": False})
