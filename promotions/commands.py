"""Everything that changes coupons and their uses."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import folded
from promotions.errors import CodeTaken, CouponRefused, InvalidCoupon
from promotions.models import Coupon, CouponUsage
from shopflow.lib.transactions import command

LONGEST_CODE = 50


@command
def redeem(
    *, coupon_id: UUID, order_id: UUID, discount: Decimal, email: str, user_id: UUID | None
) -> CouponUsage:
    """Use a coupon for an order. Raises CouponRefused when its uses are gone.

    One conditional UPDATE takes the use: counting first and writing later would overspend it.
    """
    left = Q(usage_limit=None) | Q(usage_count__lt=F("usage_limit"))
    if (
        not Coupon.objects.current()
        .filter(left, pk=coupon_id)
        .update(usage_count=F("usage_count") + 1)
    ):
        raise CouponRefused("This code has just been used up.")
    return CouponUsage.objects.create(
        coupon_id=coupon_id,
        order_id=order_id,
        discount_amount=discount,
        customer_email=folded(email),
        user_id=user_id,
    )


@command
def give_back(*, order_id: UUID) -> None:
    """Give back the coupons of an order that fell through. Safe to repeat."""
    for usage in CouponUsage.objects.filter(order=order_id, released_at=None).order_by("coupon"):
        unreleased = CouponUsage.objects.filter(pk=usage.pk, released_at=None)
        if unreleased.update(released_at=timezone.now()):
            Coupon.objects.filter(pk=usage.coupon_id).update(usage_count=F("usage_count") - 1)


@command
def take_again(*, order_id: UUID) -> None:
    """Count the coupons of an order that came back to life, over the limit if need be.

    The shopper has paid the discounted price already, so a limit can't refuse any more: the
    limit grows by the one use that was given away meanwhile. Safe to repeat.
    """
    for usage in CouponUsage.objects.filter(order=order_id, released_at__isnull=False):
        released = CouponUsage.objects.filter(pk=usage.pk, released_at__isnull=False)
        if not released.update(released_at=None):
            continue
        coupon = Coupon.objects.select_for_update(no_key=True).get(pk=usage.coupon_id)
        coupon.usage_count += 1
        if coupon.usage_limit is not None:
            coupon.usage_limit = max(coupon.usage_limit, coupon.usage_count)
        coupon.save(update_fields=["usage_count", "usage_limit", "updated_at"])


@command
def save_coupon(
    *,
    code: str,
    discount_value: Decimal,
    usage_limit: int | None = None,
    min_order_amount: Decimal = Decimal(0),
    max_discount_amount: Decimal | None = None,
    starts_at: datetime | None = None,
    expires_at: datetime | None = None,
    is_active: bool = True,
    description: str = "",
    coupon_id: UUID | None = None,
) -> Coupon:
    """Make a percentage coupon, or change one. Raises InvalidCoupon, CodeTaken."""
    if not 0 < discount_value <= 100 or (usage_limit is not None and usage_limit < 1):
        raise InvalidCoupon
    code = code.strip()
    if not code or len(code) > LONGEST_CODE or "\0" in code:
        raise InvalidCoupon(f"A code has 1 to {LONGEST_CODE} characters.")
    if min_order_amount < 0 or (max_discount_amount is not None and max_discount_amount < 0):
        raise InvalidCoupon("Amounts are 0 or more.")
    if starts_at and expires_at and expires_at <= starts_at:
        raise InvalidCoupon("A code expires after it starts.")
    coupon = (
        Coupon.objects.select_for_update(no_key=True).get(pk=coupon_id) if coupon_id else Coupon()
    )
    if usage_limit is not None and usage_limit < coupon.usage_count:
        raise InvalidCoupon(f"It was used {coupon.usage_count} times already; allow at least that.")
    if Coupon.objects.filter(code__iexact=code).exclude(pk=coupon.pk).exists():
        raise CodeTaken
    coupon.code, coupon.description = code, description
    coupon.discount_value, coupon.usage_limit = discount_value, usage_limit
    coupon.min_order_amount, coupon.max_discount_amount = min_order_amount, max_discount_amount
    coupon.starts_at, coupon.expires_at, coupon.is_active = starts_at, expires_at, is_active
    coupon.save()
    return coupon
