from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from catalog.models import Category, Product
from promotions.models.rules import (
    DiscountQuerySet,
    DiscountRule,
    what_it_takes_off,
    when_it_applies,
)
from shopflow.lib.rows import Fact


class CouponQuerySet(DiscountQuerySet):
    def current(self) -> Self:
        return super().current().filter(deleted_at=None)


class Coupon(DiscountRule):
    """A code that takes something off a cart."""

    code = models.CharField(max_length=50)
    description = models.CharField(max_length=255, blank=True, db_default="")
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = CouponQuerySet.as_manager()

    class Meta:
        db_table = "coupons"
        db_table_comment = "Codes that take something off a cart"
        constraints = (
            models.UniqueConstraint(Lower("code"), name="coupons_code_unique"),
            models.CheckConstraint(condition=~Q(code=""), name="coupons_code_not_empty"),
            *what_it_takes_off("coupons"),
            *when_it_applies("coupons"),
        )

    def __str__(self) -> str:
        return self.code


class CouponProduct(Fact):
    """A product that a coupon with scope `products` is for."""

    coupon = models.ForeignKey(
        Coupon, on_delete=models.CASCADE, related_name="products", db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "coupon_products"
        db_table_comment = "Products that coupons are for"
        constraints = (
            models.UniqueConstraint(fields=["coupon", "product"], name="coupon_products_unique"),
        )

    def __str__(self) -> str:
        return f"{self.coupon_id} for {self.product_id}"


class CouponCategory(Fact):
    """A category, with all below it, that a coupon with scope `categories` is for."""

    coupon = models.ForeignKey(
        Coupon, on_delete=models.CASCADE, related_name="categories", db_index=False
    )
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "coupon_categories"
        db_table_comment = "Categories that coupons are for"
        constraints = (
            models.UniqueConstraint(fields=["coupon", "category"], name="coupon_categories_unique"),
        )

    def __str__(self) -> str:
        return f"{self.coupon_id} for {self.category_id}"
