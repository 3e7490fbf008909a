"""What a coupon or promotion is for, by name."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from promotions.models import (
    Coupon,
    CouponCategory,
    CouponProduct,
    CouponUsage,
    PromotionCategory,
    PromotionProduct,
    PromotionUsage,
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


def with_uses(*, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Load how often each rule is used by orders that stand, in the same statement."""
    of_coupons = rows.model is Coupon
    usage: Any = CouponUsage if of_coupons else PromotionUsage
    outer = {"coupon" if of_coupons else "promotion": OuterRef("pk")}
    mine = usage.objects.filter(released_at=None, **outer).order_by()
    counted = mine.annotate(count=Func(F("pk"), function="count")).values("count")
    used: QuerySet[Any] = rows.annotate(uses=Subquery(counted, output_field=IntegerField()))
    return used


def in_words(*, rule: Any, currency: str) -> str:
    """Return a rule that was loaded `with_things` in a line; more than a few are left out."""
    of_products = rule.scope == DiscountScope.PRODUCTS
    names = list(rule.product_names if of_products else rule.category_names)
    if len(names) > MOST_NAMED:
        names[MOST_NAMED:] = [_("more")]
    return summary(rule=rule, currency=currency, things=names)
