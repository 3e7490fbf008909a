"""How much a rule takes off the lines it is for; amounts in the cart's currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from promotions.models.rules import DiscountRule, DiscountType, TierBasis
from shopflow.lib.money import ZERO, allocate, round_money


@dataclass(frozen=True, kw_only=True)
class Goods:
    """A line of a cart, as far as discounts care; `key` names it whatever the order of lines."""

    key: str
    product_id: UUID
    unit_price: Decimal
    quantity: int

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Part:
    """A line a rule is for, and what of it no other discount has taken yet."""

    goods: Goods
    left: Decimal


@dataclass(frozen=True, order=True)
class Tier:
    """A step of a rule: from an amount or a number of units on, it takes off so much."""

    start: Decimal
    value: Decimal


def tiers_of(rule: DiscountRule) -> list[Tier]:
    """Return the steps of a rule, lowest first; none: it has one value only."""
    return sorted(Tier(*pair) for pair in zip(rule.tier_from, rule.tier_value, strict=True))


def measured(rule: DiscountRule, parts: Sequence[Part]) -> Decimal:
    """Return what a rule's steps are measured by: the goods' price before discounts, or units."""
    if rule.tier_by == TierBasis.QUANTITY:
        return Decimal(sum(part.goods.quantity for part in parts if part.goods.unit_price))
    return sum((part.goods.total for part in parts), ZERO)


def value_of(rule: DiscountRule, parts: Sequence[Part]) -> Decimal:
    """Return how much a rule takes off these goods, in percent or as an amount; 0: no step yet."""
    if not rule.tier_by:
        return rule.discount_value
    there = measured(rule, parts)
    return next((t.value for t in reversed(tiers_of(rule)) if t.start <= there), ZERO)


def next_tier(rule: DiscountRule, parts: Sequence[Part]) -> Tier | None:
    """Return the next step that is worth more, and how much is missing to it as its start."""
    there, now = measured(rule, parts), value_of(rule, parts)
    better = [tier for tier in tiers_of(rule) if tier.start > there and tier.value > now]
    return Tier(better[0].start - there, better[0].value) if better else None


def units_needed(rule: DiscountRule) -> int:
    """Return how many units a rule needs to take anything off."""
    return (rule.buy_quantity or 0) + (rule.get_quantity or 0) or 1


def units_got(rule: DiscountRule, parts: Sequence[Part]) -> list[int]:
    """Return how many units of each line are got for less: the cheapest, per full set.

    "Buy 2, get 1" with five units is one set and so one unit; what costs nothing doesn't count.
    """
    units = sum(part.goods.quantity for part in parts if part.left)
    free = units // units_needed(rule) * (rule.get_quantity or 0)
    got = [0] * len(parts)
    for index in sorted(range(len(parts)), key=lambda i: _by_price(parts[i])):
        if parts[index].left:
            got[index] = min(parts[index].goods.quantity, free)
            free -= got[index]
    return got


def taken_off(rule: DiscountRule, parts: Sequence[Part]) -> list[Decimal]:
    """Return what a rule takes off each line: never more than is left, rounded to cents."""
    left = [part.left for part in parts]
    match rule.discount_type:
        case DiscountType.PERCENTAGE:
            amount = round_money(sum(left, ZERO) * value_of(rule, parts) / 100)
        case DiscountType.FIXED_AMOUNT:
            amount = value_of(rule, parts)
        case DiscountType.BUY_X_GET_Y:
            left = _worth_of_units(rule, parts)
            amount = sum(left, ZERO)
        case _:
            amount = ZERO
    return allocate(capped(rule, min(amount, sum(left, ZERO))), left)


def capped(rule: DiscountRule, amount: Decimal) -> Decimal:
    """Return an amount, or the most a rule takes off."""
    return amount if rule.max_discount_amount is None else min(amount, rule.max_discount_amount)


def _worth_of_units(rule: DiscountRule, parts: Sequence[Part]) -> list[Decimal]:
    got = units_got(rule, parts)
    return [
        round_money(part.left * units / part.goods.quantity * rule.discount_value / 100)
        for part, units in zip(parts, got, strict=True)
    ]


def _by_price(part: Part) -> tuple[Decimal, str]:
    return part.goods.unit_price, part.goods.key
