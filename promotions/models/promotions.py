from typing import ClassVar

from django.db import models
from django.db.models import Q

from catalog.models import Category, Product
from promotions.models.rules import (
    DiscountQuerySet,
    DiscountRule,
    what_it_takes_off,
    when_it_applies,
)
from shopflow.lib.rows import Fact


class Promotion(DiscountRule):
    """Something taken off every cart that fits, without a code."""

    name = models.CharField(max_length=100)
    description = models.CharField(max_length=255, blank=True, db_default="")

    objects: ClassVar = DiscountQuerySet.as_manager()

    class Meta:
        db_table = "promotions"
        db_table_comment = "What is taken off every cart that fits"
        ordering = ("priority", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="promotions_name_not_empty"),
            *what_it_takes_off("promotions"),
            *when_it_applies("promotions"),
        )

    def __str__(self) -> str:
        return self.name


class PromotionProduct(Fact):
    """A product that a promotion with scope `products` is for."""

    promotion = models.ForeignKey(
        Promotion, on_delete=models.CASCADE, related_name="products", db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "promotion_products"
        db_table_comment = "Products that promotions are for"
        constraints = (
            models.UniqueConstraint(
                fields=["promotion", "product"], name="promotion_products_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.promotion_id} for {self.product_id}"


class PromotionCategory(Fact):
    """A category, with all below it, that a promotion with scope `categories` is for."""

    promotion = models.ForeignKey(
        Promotion, on_delete=models.CASCADE, related_name="categories", db_index=False
    )
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "promotion_categories"
        db_table_comment = "Categories that promotions are for"
        constraints = (
            models.UniqueConstraint(
                fields=["promotion", "category"], name="promotion_categories_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.promotion_id} for {self.category_id}"
