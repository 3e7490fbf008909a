"""Which coupons and promotions may apply to a cart, with all that is known about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from accounts.models import folded
from promotions.models import (
    Coupon,
    CouponCategory,
    CouponProduct,
    CouponUsage,
    Promotion,
    PromotionCategory,
    PromotionProduct,
    PromotionUsage,
)
from promotions.models.rules import DiscountScope


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Who buys, as limits per customer count: an account, or an e-mail address, or both."""

    user_id: UUID | None = None
    email: str = ""

    @property
    def uses(self) -> Q:
        """The condition on uses that are this customer's; one nobody knows has none."""
        mine = Q(pk=None)
        if self.user_id is not None:
            mine |= Q(user=self.user_id)
        if self.email:
            mine |= Q(customer_email=folded(self.email))
        return mine & Q(released_at=None)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A coupon or a promotion that may apply to a cart.

    `products` are those of the cart it is for, None: all. `uses` are the customer's own.
    """

    rule: Coupon | Promotion
    products: frozenset[UUID] | None = None
    uses: int = 0

    @property
    def is_automatic(self) -> bool:
        return isinstance(self.rule, Promotion)

    @property
    def name(self) -> str:
        """How people know it: a coupon by its code."""
        return self.rule.name if isinstance(self.rule, Promotion) else self.rule.code

    @property
    def place(self) -> tuple[int, bool, UUID]:
        """Where it stands in line: by priority; of equals, what was asked for comes first."""
        return self.rule.priority, self.is_automatic, self.rule.pk


def coupons(
    *, rows: QuerySet[Coupon], products: Iterable[UUID], customer: Customer
) -> list[Candidate]:
    """Return these coupons with which of these products they are for; one statement."""
    return _candidates(
        rows, CouponProduct, CouponCategory, CouponUsage, "coupon", list(products), customer
    )


def promotions(*, products: Iterable[UUID], customer: Customer) -> list[Candidate]:
    """Return the promotions of this moment; one statement, however many there are."""
    rows = Promotion.objects.current()
    return _candidates(
        rows,
        PromotionProduct,
        PromotionCategory,
        PromotionUsage,
        "promotion",
        list(products),
        customer,
    )


def uses_of(*, usage: Any, name: str, customer: Customer) -> Subquery:
    """Return how often a customer has used the rule of the row around it."""
    mine = usage.objects.filter(customer.uses, **{name: OuterRef("pk")}).order_by()
    counted = mine.annotate(count=Func(F("pk"), function="count")).values("count")
    return Subquery(counted, output_field=IntegerField())


def _candidates(
    rows: QuerySet[Any],
    of_products: Any,
    of_categories: Any,
    usage: Any,
    name: str,
    products: list[UUID],
    customer: Customer,
) -> list[Candidate]:
    outer = {name: OuterRef("pk")}
    # A product stands on its own shelf and on all above it, so a category covers what is below.
    shelf = "category__shelved__product"
    named = of_products.objects.filter(product__in=products, **outer).values("product")
    shelved = of_categories.objects.filter(**{f"{shelf}__in": products}, **outer).values(shelf)
    limited = When(
        usage_limit_per_user__isnull=False, then=uses_of(usage=usage, name=name, customer=customer)
    )
    found = rows.annotate(
        named=ArraySubquery(named),
        shelved=ArraySubquery(shelved),
        uses=Coalesce(Case(limited, output_field=IntegerField()), 0),
    )
    return [Candidate(rule=row, products=_products(row), uses=row.uses) for row in found]


def _products(row: Any) -> frozenset[UUID] | None:
    match row.scope:
        case DiscountScope.PRODUCTS:
            return frozenset(row.named)
        case DiscountScope.CATEGORIES:
            return frozenset(row.shelved)
        case _:
            return None
