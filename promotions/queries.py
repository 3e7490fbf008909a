"""What coupons take off, and why they don't."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from promotions.models import Coupon
from shopflow.lib.money import ZERO, allocate, round_money


@dataclass(frozen=True)
class Discount:
    """What one coupon takes off: in all, and per line (same order as the amounts given)."""

    coupon: Coupon
    amount: Decimal
    parts: list[Decimal]
    problem: str


def discount_of(*, coupon: Coupon, amounts: Sequence[Decimal]) -> Discount:
    """Return what a coupon takes off lines of these amounts, or the sentence why nothing."""
    subtotal = sum(amounts, ZERO)
    if problem := why_not(coupon=coupon, subtotal=subtotal):
        return Discount(coupon, ZERO, [ZERO] * len(amounts), problem)
    amount = round_money(subtotal * coupon.discount_value / 100)
    if coupon.max_discount_amount is not None:
        amount = min(amount, coupon.max_discount_amount)
    amount = min(amount, subtotal)
    return Discount(coupon, amount, allocate(amount, amounts), "")


def why_not(*, coupon: Coupon, subtotal: Decimal) -> str:
    """Return why a coupon can't be used for a cart of this subtotal; '' when it can."""
    now = timezone.now()
    if coupon.deleted_at or not coupon.is_active:
        return "This code isn't valid any more."
    if coupon.discount_type != Coupon.DiscountType.PERCENTAGE:
        return "This code can't be used here."
    if coupon.starts_at and coupon.starts_at > now:
        return "This code isn't valid yet."
    if coupon.expires_at and coupon.expires_at <= now:
        return "This code has expired."
    if coupon.usage_limit is not None and coupon.usage_count >= coupon.usage_limit:
        return "This code has been used up."
    if subtotal < coupon.min_order_amount:
        return f"This code needs an order of at least {coupon.min_order_amount}."
    return ""
