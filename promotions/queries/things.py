"""What a coupon or promotion is for, by name."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _

from promotions.models import (
    Coupon,
    CouponCategory,
    CouponProduct,
    PromotionCategory,
    PromotionProduct,
)
from promotions.models.rules import DiscountScope
from promotions.queries.words import summary

MOST_NAMED = 3


def with_things(*, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Load the names of a few of the things each rule is for, in the same statement."""
    of_coupons = rows.model is Coupon
    products: Any = CouponProduct if of_coupons else PromotionProduct
    categories: Any = CouponCategory if of_coupons else PromotionCategory
    outer = {"coupon" if of_coupons else "promotion": OuterRef("pk")}
    few = slice(MOST_NAMED + 1)
    named: QuerySet[Any] = rows.annotate(
        product_names=ArraySubquery(
            products.objects.filter(**outer).order_by("id").values("product__name")[few]
        ),
        category_names=ArraySubquery(
            categories.objects.filter(**outer).order_by("id").values("category__name")[few]
        ),
    )
    return named


def in_words(*, rule: Any, currency: str) -> str:
    """Return a rule that was loaded `with_things` in a line; more than a few are left out."""
    of_products = rule.scope == DiscountScope.PRODUCTS
    names = list(rule.product_names if of_products else rule.category_names)
    if len(names) > MOST_NAMED:
        names[MOST_NAMED:] = [_("more")]
    return summary(rule=rule, currency=currency, things=names)
