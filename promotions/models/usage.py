from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from promotions.models.coupons import Coupon
from promotions.models.promotions import Promotion
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row


class Usage(Row):
    """One use of a discount by one order; given back when the order falls through.

    A guest's uses count by the e-mail, which is therefore folded.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    customer_email = models.EmailField(max_length=254)
    order = models.ForeignKey("orders.Order", on_delete=models.RESTRICT, related_name="+")
    discount_amount = MoneyField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


def rules_of_use(table: str) -> tuple[models.CheckConstraint, ...]:
    """Return the CHECKs on one use of a discount."""
    return (
        models.CheckConstraint(
            condition=Q(discount_amount__gte=0), name=f"{table}_amount_not_negative"
        ),
        models.CheckConstraint(
            condition=Q(customer_email=Lower("customer_email")) & ~Q(customer_email=""),
            name=f"{table}_email_folded",
        ),
    )


class CouponUsage(Usage):
    """One use of a coupon by one order; given back when the order falls through."""

    coupon = models.ForeignKey(
        Coupon, on_delete=models.RESTRICT, related_name="usages", db_index=False
    )

    class Meta:
        db_table = "coupon_usage"
        db_table_comment = "Uses of coupons by orders"
        constraints = (
            models.UniqueConstraint(fields=["coupon", "order"], name="coupon_usage_unique"),
            *rules_of_use("coupon_usage"),
        )
        indexes = (
            models.Index(
                fields=["coupon", "user"],
                condition=Q(released_at=None, user__isnull=False),
                name="coupon_usage_user_idx",
            ),
            models.Index(
                fields=["coupon", "customer_email"],
                condition=Q(released_at=None),
                name="coupon_usage_email_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.coupon} on {self.order_id}"


class PromotionUsage(Usage):
    """One use of a promotion by one order; given back when the order falls through."""

    promotion = models.ForeignKey(
        Promotion, on_delete=models.RESTRICT, related_name="usages", db_index=False
    )

    class Meta:
        db_table = "promotion_usage"
        db_table_comment = "Uses of promotions by orders"
        constraints = (
            models.UniqueConstraint(fields=["promotion", "order"], name="promotion_usage_unique"),
            *rules_of_use("promotion_usage"),
        )
        indexes = (
            models.Index(
                fields=["promotion", "user"],
                condition=Q(released_at=None, user__isnull=False),
                name="promotion_usage_user_idx",
            ),
            models.Index(
                fields=["promotion", "customer_email"],
                condition=Q(released_at=None),
                name="promotion_usage_email_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.promotion} on {self.order_id}"
