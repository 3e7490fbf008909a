"""What changes a price."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, one_of


class CouponQuerySet(models.QuerySet["Coupon"]):
    def current(self) -> "CouponQuerySet":
        """Coupons that may be used now, limits apart."""
        return self.filter(
            Q(starts_at=None) | Q(starts_at__lte=Now()),
            Q(expires_at=None) | Q(expires_at__gt=Now()),
            is_active=True,
            deleted_at=None,
        )


class CouponType(models.TextChoices):
    PERCENTAGE = "percentage"
    FIXED_AMOUNT = "fixed_amount"
    FREE_SHIPPING = "free_shipping"
    BUY_X_GET_Y = "buy_x_get_y"


class Coupon(Row):
    """A code that takes something off a cart.

    `usage_count` moves only by one conditional UPDATE; the CHECK stands behind it.
    """

    DiscountType = CouponType

    code = models.CharField(max_length=50)
    description = models.CharField(max_length=255, blank=True, db_default="")
    discount_type = models.CharField(
        max_length=20, choices=DiscountType.choices, default=DiscountType.PERCENTAGE
    )
    discount_value = models.DecimalField(max_digits=12, decimal_places=2)
    min_order_amount = MoneyField(default=Decimal(0), db_default=Decimal(0))
    max_discount_amount = MoneyField(null=True, blank=True)
    usage_limit = models.IntegerField(null=True, blank=True)
    usage_count = models.IntegerField(default=0, db_default=0, editable=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = CouponQuerySet.as_manager()

    class Meta:
        db_table = "coupons"
        db_table_comment = "Codes that take something off a cart"
        constraints = (
            models.UniqueConstraint(Lower("code"), name="coupons_code_unique"),
            one_of("discount_type", CouponType, table="coupons"),
            models.CheckConstraint(
                condition=Q(discount_value__gte=0), name="coupons_value_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(discount_type="percentage") | Q(discount_value__lte=100),
                name="coupons_percentage_at_most_100",
            ),
            models.CheckConstraint(
                condition=Q(min_order_amount__gte=0), name="coupons_minimum_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(usage_count__gte=0)
                & (Q(usage_limit=None) | Q(usage_count__lte=F("usage_limit"))),
                name="coupons_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(expires_at=None) | Q(expires_at__gt=F("starts_at")),
                name="coupons_expires_after_start",
            ),
        )

    def __str__(self) -> str:
        return self.code


class CouponUsage(Row):
    """One use of a coupon by one order; given back when the order falls through."""

    coupon = models.ForeignKey(Coupon, on_delete=models.RESTRICT, related_name="usages")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="coupon_usages",
    )
    customer_email = models.EmailField(max_length=254)
    order = models.ForeignKey(
        "orders.Order", on_delete=models.RESTRICT, related_name="coupon_usages"
    )
    discount_amount = MoneyField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "coupon_usage"
        db_table_comment = "Uses of coupons by orders"
        constraints = (
            models.UniqueConstraint(fields=["coupon", "order"], name="coupon_usage_unique"),
            models.CheckConstraint(
                condition=Q(discount_amount__gte=0), name="coupon_usage_amount_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.coupon} on {self.order_id}"
