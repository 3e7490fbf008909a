"""Which terms of a discount make sense: what the tables' CHECKs say, as sentences."""

from decimal import Decimal

from promotions.errors import InvalidDiscount
from promotions.models.rules import DiscountRule, DiscountScope, DiscountType, TierBasis
from shopflow.lib.money import round_money

LARGEST_NUMBER = 2**31 - 1
LARGEST_AMOUNT = Decimal("9999999999.99")
LONGEST_DESCRIPTION = 255
MOST_UNITS = 999
MOST_TIERS = 10


def check_terms(rule: DiscountRule, wrong: type[InvalidDiscount]) -> None:
    """Raise the error given, with a sentence, unless the terms of a rule make sense."""
    for check in (_kind, _tiers, _value, _quantities, _amounts, _limits, _words_and_dates):
        if sentence := check(rule):
            raise wrong(sentence)


def lowest_tier(rule: DiscountRule) -> Decimal | None:
    """Return what the lowest step of a rule takes off; None if its steps make no sense or none."""
    return None if not rule.tier_by or _tiers(rule) else min(_pairs(rule))[1]


def _pairs(rule: DiscountRule) -> list[tuple[Decimal, Decimal]]:
    return list(zip(rule.tier_from, rule.tier_value, strict=True))


def _kind(rule: DiscountRule) -> str:
    if rule.discount_type not in DiscountType.values or rule.scope not in DiscountScope.values:
        return "Choose what it takes off, and of what."
    return ""


def _value(rule: DiscountRule) -> str:
    value = rule.discount_value
    match rule.discount_type:
        case DiscountType.PERCENTAGE | DiscountType.BUY_X_GET_Y:
            return "" if 0 < value <= 100 else "A percentage is above 0 and at most 100."
        case DiscountType.FIXED_AMOUNT:
            is_right = 0 < value <= LARGEST_AMOUNT
            return "" if is_right else "An amount to take off is above 0."
        case _:
            return "Free shipping has no value of its own: leave it 0." if value else ""


def _tiers(rule: DiscountRule) -> str:
    if rule.tier_by not in TierBasis.values:
        return "Choose what the steps are measured by."
    starts, values = rule.tier_from, rule.tier_value
    if not rule.tier_by:
        return "Choose what the steps are measured by." if starts or values else ""
    if rule.discount_type not in {DiscountType.PERCENTAGE, DiscountType.FIXED_AMOUNT}:
        return "Only a percentage or an amount is taken off in steps."
    if len(starts) != len(values) or not 1 <= len(starts) <= MOST_TIERS:
        return f"Write 1 to {MOST_TIERS} steps, each with where it begins and what it takes off."
    return _steps(rule)


def _steps(rule: DiscountRule) -> str:
    """Two decimals each, no step twice, units in whole numbers, no more than all taken off."""
    starts, values = rule.tier_from, rule.tier_value
    if not all(n.is_finite() and 0 < n <= LARGEST_AMOUNT for n in (*starts, *values)):
        return "Steps begin above 0 and take off more than 0."
    if any(number != round_money(number) for number in (*starts, *values)):
        return "Amounts and percentages have at most two decimals."
    if len(set(starts)) < len(starts):
        return "Two steps begin at the same."
    if rule.tier_by == TierBasis.QUANTITY and any(start % 1 for start in starts):
        return "Units are whole numbers."
    is_percent = rule.discount_type == DiscountType.PERCENTAGE
    return "A percentage is above 0 and at most 100." if is_percent and max(values) > 100 else ""


def _quantities(rule: DiscountRule) -> str:
    given = (rule.buy_quantity, rule.get_quantity)
    if rule.discount_type != DiscountType.BUY_X_GET_Y:
        return "" if given == (None, None) else "Only “buy x, get y” counts units."
    if all(number is not None and 1 <= number <= MOST_UNITS for number in given):
        return ""
    return f"Say how many to buy and how many to get, each from 1 to {MOST_UNITS}."


def _amounts(rule: DiscountRule) -> str:
    most = rule.max_discount_amount
    given = [rule.min_order_amount, Decimal(0) if most is None else most]
    if not all(0 <= amount <= LARGEST_AMOUNT for amount in given):
        return "An amount is 0 or more."
    exact = [rule.discount_value, *given]
    if any(amount != round_money(amount) for amount in exact):
        return "Amounts and percentages have at most two decimals."
    return ""


def _limits(rule: DiscountRule) -> str:
    limits = (rule.usage_limit, rule.usage_limit_per_user)
    if not all(limit is None or limit >= 1 for limit in limits):
        return "A limit is 1 or more."
    numbers = [rule.priority, *(limit or 0 for limit in limits)]
    return "" if max(map(abs, numbers)) <= LARGEST_NUMBER else "This number is too large."


def _words_and_dates(rule: DiscountRule) -> str:
    description: str = getattr(rule, "description", "")
    if len(description) > LONGEST_DESCRIPTION or "\0" in description:
        return f"A description has up to {LONGEST_DESCRIPTION} characters."
    if rule.starts_at and rule.expires_at and rule.expires_at <= rule.starts_at:
        return "It ends after it starts."
    return ""
