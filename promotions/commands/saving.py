"""Making and changing coupons and promotions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, TypeVar, Unpack
from uuid import UUID

from django.utils import timezone

from catalog.models import Category, Product
from promotions.commands.terms import check_terms, lowest_tier
from promotions.errors import CodeTaken, InvalidCoupon, InvalidDiscount, InvalidPromotion
from promotions.models import Coupon, Promotion
from promotions.models.rules import DiscountRule
from shopflow.lib.transactions import command

LONGEST_CODE = 50
LONGEST_NAME = 100
R = TypeVar("R", Coupon, Promotion)


class Terms(TypedDict, total=False):
    """When something is taken off, and how much: see `promotions.models.rules.DiscountRule`.

    Amounts are in the shop's currency. What isn't named is as in a new row.
    """

    discount_type: str
    discount_value: Decimal
    tier_by: str
    tier_from: Sequence[Decimal]
    tier_value: Sequence[Decimal]
    buy_quantity: int | None
    get_quantity: int | None
    scope: str
    min_order_amount: Decimal
    max_discount_amount: Decimal | None
    usage_limit: int | None
    usage_limit_per_user: int | None
    starts_at: datetime | None
    expires_at: datetime | None
    is_active: bool
    stackable: bool
    priority: int
    description: str


TERMS = tuple(Terms.__annotations__)


@command
def save_coupon(
    *,
    code: str,
    product_ids: Collection[UUID] = (),
    category_ids: Collection[UUID] = (),
    coupon_id: UUID | None = None,
    **terms: Unpack[Terms],
) -> Coupon:
    """Make a coupon, or change one: everything about it, not only what is named.

    The products or categories are those it is for, when its scope says so.
    Raises InvalidCoupon, CodeTaken.
    """
    code = code.strip()
    # It stands in the address that takes it out of the cart.
    is_address = "/" not in code and any(sign.isalnum() for sign in code)
    if not is_address or len(code) > LONGEST_CODE or "\0" in code:
        raise InvalidCoupon(f"A code has 1 to {LONGEST_CODE} letters or signs, but no slash.")
    coupon = _row(Coupon, coupon_id)
    if Coupon.objects.filter(code__iexact=code).exclude(pk=coupon.pk).exists():
        raise CodeTaken
    coupon.code = code
    return _save(coupon, dict(terms), product_ids, category_ids, InvalidCoupon)


@command
def save_promotion(
    *,
    name: str,
    product_ids: Collection[UUID] = (),
    category_ids: Collection[UUID] = (),
    promotion_id: UUID | None = None,
    **terms: Unpack[Terms],
) -> Promotion:
    """Make a promotion, or change one: everything about it, not only what is named.

    It applies to every cart that fits, from now on or from its day. Raises InvalidPromotion.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise InvalidPromotion(f"A name has 1 to {LONGEST_NAME} characters.")
    promotion = _row(Promotion, promotion_id)
    promotion.name = name
    return _save(promotion, dict(terms), product_ids, category_ids, InvalidPromotion)


@command
def switch_off_coupons(*, coupon_ids: Collection[UUID]) -> int:
    """Let coupons apply to no cart any more; return how many were on. Safe to repeat."""
    # Locked by key, as orders lock them.
    on = Coupon.objects.filter(pk__in=list(coupon_ids), is_active=True).order_by("pk")
    ids = list(on.select_for_update(no_key=True).values_list("pk", flat=True))
    Coupon.objects.filter(pk__in=ids).update(is_active=False, updated_at=timezone.now())
    return len(ids)


def _row(model: type[R], row_id: UUID | None) -> R:
    if row_id is None:
        return model()
    row: R = model.objects.select_for_update(no_key=True).get(pk=row_id)
    return row


def _save(
    rule: R,
    terms: dict[str, Any],
    product_ids: Collection[UUID],
    category_ids: Collection[UUID],
    wrong: type[InvalidDiscount],
) -> R:
    counted = rule.counts_uses
    fresh = type(rule)(description="")
    for name in TERMS:
        setattr(rule, name, terms.get(name, getattr(fresh, name)))
    if (lowest := lowest_tier(rule)) is not None:
        rule.discount_value = lowest
    if rule.counts_uses != counted:
        _count_anew(rule)
    if rule.discount_value is None:
        rule.discount_value = Decimal(0)
    check_terms(rule, wrong)
    if rule.usage_limit is not None and rule.usage_limit < rule.usage_count:
        raise wrong(f"It was used {rule.usage_count} times already; allow at least that.")
    products = _known(Product, product_ids, wrong) if rule.scope == rule.Scope.PRODUCTS else set()
    on = rule.scope == rule.Scope.CATEGORIES
    categories = _known(Category, category_ids, wrong) if on else set()
    rule.save()
    _set_things(rule, rule.products, "product_id", products)
    _set_things(rule, rule.categories, "category_id", categories)
    return rule


def _count_anew(rule: Any) -> None:
    """Count what was used of a rule that has got its first limit; without one nothing is counted.

    The row is locked: orders that use it just now are waited for, or wait.
    """
    used = 0 if rule._state.adding else rule.usages.filter(released_at=None).count()
    rule.usage_count = used if rule.counts_uses else 0


def _known(model: Any, ids: Collection[UUID], wrong: type[InvalidDiscount]) -> set[UUID]:
    known = set(model.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))
    if not known or known != set(ids):
        raise wrong("Choose at least one product or category that it is for.")
    return known


def _set_things(rule: DiscountRule, rows: Any, column: str, wanted: set[UUID]) -> None:
    """Keep exactly the wanted rows of what a rule is for."""
    there = dict(rows.values_list(column, "pk"))
    rows.filter(pk__in=[pk for thing, pk in there.items() if thing not in wanted]).delete()
    missing = sorted(wanted - there.keys())
    rows.bulk_create(rows.model(**{rows.field.name: rule, column: thing}) for thing in missing)
