from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from catalog.models import ProductVariant
from promotions.errors import InvalidCoupon, InvalidPromotion
from promotions.models import Coupon, Promotion
from promotions.queries import Candidate, Discount, Goods, discounts, what
from shopflow.lib.ids import new_id
from tests import factories

SPEND: dict[str, Any] = {
    "tier_by": "amount",
    "tier_from": [Decimal(100), Decimal(50)],
    "tier_value": [Decimal(10), Decimal(5)],
}
UNITS: dict[str, Any] = {
    "tier_by": "quantity",
    "tier_from": [Decimal(3), Decimal(6)],
    "tier_value": [Decimal(10), Decimal(20)],
}


def goods(*lines: tuple[str, int]) -> list[Goods]:
    return [
        Goods(key=f"{n:02}", product_id=new_id(), unit_price=Decimal(price), quantity=quantity)
        for n, (price, quantity) in enumerate(lines)
    ]


def found(terms: dict[str, Any], lines: Sequence[Goods]) -> Discount:
    rule = Promotion(name="Steps", **{"discount_value": Decimal(5), **terms})
    [one] = discounts(candidates=[Candidate(rule=rule)], goods=lines, currency="USD")
    return one


@pytest.mark.parametrize(
    ("price", "off", "nudge"),
    [
        ("50.00", "2.50", "$50.00 more and you get 10 % off."),
        ("99.99", "5.00", "$0.01 more and you get 10 % off."),
        ("100.00", "10.00", ""),
        ("300.00", "30.00", ""),
    ],
)
def test_takes_off_what_the_highest_step_reached_says(price: str, off: str, nudge: str) -> None:
    one = found(SPEND, goods((price, 1)))

    assert (one.amount, one.nudge, one.reason) == (Decimal(off), nudge, None)


def test_says_how_far_it_is_to_the_first_step() -> None:
    one = found(SPEND, goods(("38.00", 1)))

    assert one.amount == 0
    assert one.reason is not None
    assert (one.reason.code, one.reason.sentence) == (
        "below_tier",
        "$12.00 more and you get 5 % off.",
    )
    assert one.nudge == one.reason.sentence


@pytest.mark.parametrize(
    ("units", "off", "nudge"),
    [
        (1, "0", "2 more items and you get 10 % off."),
        (2, "0", "1 more item and you get 10 % off."),
        (3, "3.00", "3 more items and you get 20 % off."),
        (6, "12.00", ""),
    ],
)
def test_counts_units(units: int, off: str, nudge: str) -> None:
    one = found(UNITS, goods(("10.00", units)))

    assert (one.amount, one.nudge) == (Decimal(off), nudge)


def test_units_that_cost_nothing_do_not_count() -> None:
    assert found(UNITS, goods(("10.00", 2), ("0.00", 5))).amount == 0


def test_steps_of_an_amount() -> None:
    fixed = {**SPEND, "discount_type": "fixed_amount", "discount_value": Decimal(5)}

    assert found(fixed, goods(("120.00", 1))).amount == Decimal("10.00")


def test_only_the_goods_it_is_for_reach_a_step() -> None:
    lines = goods(("40.00", 1), ("200.00", 1))
    rule = Promotion(name="Steps", discount_value=Decimal(5), **SPEND)
    candidate = Candidate(rule=rule, products=frozenset({lines[0].product_id}))

    [one] = discounts(candidates=[candidate], goods=lines, currency="USD")

    assert one.reason is not None
    assert one.reason.sentence == "$10.00 more and you get 5 % off."


def test_words_name_every_step_lowest_first() -> None:
    spend = Promotion(discount_value=Decimal(5), **SPEND)
    units = Promotion(discount_value=Decimal(10), **UNITS)

    assert what(rule=spend, currency="USD") == "5 % off from $50.00, 10 % off from $100.00"
    assert what(rule=units, currency="USD") == "10 % off from 3 items, 20 % off from 6 items"


@pytest.mark.django_db
def test_is_saved_with_the_lowest_step_as_its_value() -> None:
    sale = factories.promotion(**SPEND)

    sale.refresh_from_db()
    assert (sale.tier_by, sale.discount_value) == ("amount", Decimal("5.00"))
    assert sale.tier_from == [Decimal("100.00"), Decimal("50.00")]


@pytest.mark.django_db
def test_the_cart_shows_it_and_the_trace_explains_it(variant: ProductVariant) -> None:
    factories.promotion(**SPEND)
    cart = factories.cart_with((variant, 1))

    quote = factories.quote(cart)

    assert quote.discount == Decimal("2.50")
    assert quote.nudges == ["$50.00 more and you get 10 % off."]
    [step] = [step for step in quote.trace if step["rule"] == "promotion"]
    assert step["value"] == "5 % off from $50.00, 10 % off from $100.00 ($50.00)"
    assert (step["adds"], step["result"]) == ("-2.50", "applied")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({**SPEND, "tier_by": "weight"}, "Choose what the steps are measured by."),
        ({**SPEND, "tier_by": ""}, "Choose what the steps are measured by."),
        ({**SPEND, "tier_from": [], "tier_value": []}, "Write 1 to 10 steps"),
        ({**SPEND, "tier_value": [Decimal(5)]}, "Write 1 to 10 steps"),
        ({**SPEND, "tier_value": [Decimal(5), Decimal("100.01")]}, "A percentage is above 0"),
        ({**SPEND, "tier_value": [Decimal(5), Decimal("0")]}, "take off more than 0"),
        ({**SPEND, "tier_value": [Decimal(5), Decimal("NaN")]}, "take off more than 0"),
        ({**SPEND, "tier_from": [Decimal(50), Decimal("0.001")]}, "at most two decimals"),
        ({**SPEND, "tier_from": [Decimal(50), Decimal(50)]}, "Two steps begin at the same."),
        ({**UNITS, "tier_from": [Decimal("1.5"), Decimal(3)]}, "Units are whole numbers."),
        (
            {**SPEND, "discount_type": "free_shipping", "discount_value": Decimal(0)},
            "Only a percentage or an amount",
        ),
    ],
)
def test_steps_that_make_no_sense_are_refused(terms: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidPromotion, match=sentence):
        factories.promotion(**terms)
    with pytest.raises(InvalidCoupon, match=sentence):
        factories.coupon(**terms)

    assert (Promotion.objects.count(), Coupon.objects.count()) == (0, 0)
