"""What someone means to buy."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Product, ProductVariant
from promotions.models import Coupon
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row


class CartQuerySet(models.QuerySet["Cart"]):
    def open(self) -> "CartQuerySet":
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), closed_at=None)


class Cart(Row):
    """A cart of a shopper with an account, or of a guest who holds its token."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="carts",
    )
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    currency = models.CharField(max_length=3)
    email = models.EmailField(max_length=254, blank=True, db_default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    coupons: Any = models.ManyToManyField(Coupon, through="carts.CartCoupon", related_name="carts")

    objects: ClassVar = CartQuerySet.as_manager()

    class Meta:
        db_table = "carts"
        db_table_comment = "What someone means to buy"
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(token_hash__isnull=False),
                name="carts_user_or_token",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at=None), name="carts_one_open_per_user"
            ),
        )
        indexes = (
            models.Index(
                fields=["expires_at"], condition=Q(closed_at=None), name="carts_expiry_idx"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class CartItem(Row):
    """So many of a variant in a cart; `unit_price` is what it cost when it was added."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey(ProductVariant, on_delete=models.CASCADE, related_name="+")
    quantity = models.IntegerField()
    unit_price = MoneyField()

    class Meta:
        db_table = "cart_items"
        db_table_comment = "Variants in carts"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["cart", "variant"], name="cart_items_variant_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="cart_items_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0), name="cart_items_price_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"


class CartCoupon(Row):
    """A coupon somebody entered for a cart."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="entered", db_index=False)
    coupon = models.ForeignKey(Coupon, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "cart_coupons"
        db_table_comment = "Coupons entered for carts"
        constraints = (
            models.UniqueConstraint(fields=["cart", "coupon"], name="cart_coupons_unique"),
        )

    def __str__(self) -> str:
        return f"{self.coupon_id} in {self.cart_id}"
