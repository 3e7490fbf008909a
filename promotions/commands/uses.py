"""Uses of coupons and promotions: taken with an order, given back when it falls through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from psycopg import sql

from accounts.models import folded
from promotions.errors import CouponRefused, DiscountRefused, PromotionRefused
from promotions.models import Coupon, CouponUsage, Promotion, PromotionUsage
from promotions.queries import Customer, uses_of
from shopflow.lib.transactions import command


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Coupons or promotions: the same rules in tables of their own."""

    name: str
    rule: type[Coupon] | type[Promotion]
    usage: Any
    refused: type[DiscountRefused]

    @property
    def rule_id(self) -> str:
        return f"{self.name}_id"


COUPONS = Kind(name="coupon", rule=Coupon, usage=CouponUsage, refused=CouponRefused)
PROMOTIONS = Kind(name="promotion", rule=Promotion, usage=PromotionUsage, refused=PromotionRefused)
# The order in which their rows are locked, each kind's by key.
KINDS = (COUPONS, PROMOTIONS)


@command
def redeem(
    *,
    order_id: UUID,
    email: str,
    user_id: UUID | None = None,
    coupons: Mapping[UUID, Decimal] | None = None,
    promotions: Mapping[UUID, Decimal] | None = None,
) -> None:
    """Use coupons and promotions for an order; each with what it took off.

    Raises CouponRefused or PromotionRefused when a limit, in all or per customer, is reached or
    the rule has ended meanwhile. A customer is an account or an e-mail address.
    """
    customer = Customer(user_id=user_id, email=email)
    for kind, amounts in zip(KINDS, (coupons or {}, promotions or {}), strict=True):
        if amounts:
            _take(kind, amounts, order_id, customer)


@command
def give_back(*, order_id: UUID) -> None:
    """Give back what an order that fell through has used. Safe to repeat."""
    for kind in KINDS:
        for usage in _uses(kind, order_id, released_at=None):
            unreleased = kind.usage.objects.filter(pk=usage.pk, released_at=None)
            if unreleased.update(released_at=timezone.now()):
                _run(kind, _GIVE_BACK, getattr(usage, kind.rule_id))


@command
def take_again(*, order_id: UUID) -> None:
    """Count the uses of an order that came back to life, over the limit if need be.

    The shopper has paid the discounted price already, so a limit can't refuse any more: the
    limit grows by the one use that was given away meanwhile. Safe to repeat.
    """
    for kind in KINDS:
        for usage in _uses(kind, order_id, released_at__isnull=False):
            released = kind.usage.objects.filter(pk=usage.pk, released_at__isnull=False)
            if released.update(released_at=None):
                _count_over_the_limit(kind, getattr(usage, kind.rule_id))


def _take(kind: Kind, amounts: Mapping[UUID, Decimal], order_id: UUID, customer: Customer) -> None:
    limited = []
    for rule_id in sorted(amounts):
        taken = _run(kind, _TAKE, rule_id)
        if not taken:
            raise kind.refused(kind.refused.used_up)
        if taken[0] is not None:
            limited.append(rule_id)
    if limited:
        _check_customer(kind, limited, customer)
    kind.usage.objects.bulk_create(
        kind.usage(
            order_id=order_id,
            discount_amount=amount,
            customer_email=folded(customer.email),
            user_id=customer.user_id,
            **{kind.rule_id: rule_id},
        )
        for rule_id, amount in amounts.items()
    )


# One statement takes a use. Where there is a limit, by one conditional UPDATE: counting first and
# writing later would overspend it. Where there is none nothing is counted, or all orders would
# queue for the one row of an offer everybody gets: they share its lock, and only staff who set a
# limit meanwhile wait for them, and count then.
_TAKE = """
WITH unlimited AS (
    SELECT usage_limit_per_user FROM {table}
    WHERE id = %(id)s AND usage_limit IS NULL AND usage_limit_per_user IS NULL
      AND is_active AND (starts_at IS NULL OR starts_at <= now())
      AND (expires_at IS NULL OR expires_at > now())
    FOR SHARE
), counted AS (
    UPDATE {table} SET usage_count = usage_count + 1
    WHERE id = %(id)s AND (usage_limit IS NOT NULL OR usage_limit_per_user IS NOT NULL)
      AND (usage_limit IS NULL OR usage_count < usage_limit)
      AND is_active AND (starts_at IS NULL OR starts_at <= now())
      AND (expires_at IS NULL OR expires_at > now())
    RETURNING usage_limit_per_user
)
SELECT usage_limit_per_user FROM unlimited
UNION ALL SELECT usage_limit_per_user FROM counted
"""
_GIVE_BACK = """
WITH unlimited AS (
    SELECT usage_limit_per_user FROM {table}
    WHERE id = %(id)s AND usage_limit IS NULL AND usage_limit_per_user IS NULL
    FOR SHARE
), counted AS (
    UPDATE {table} SET usage_count = usage_count - 1
    WHERE id = %(id)s AND (usage_limit IS NOT NULL OR usage_limit_per_user IS NOT NULL)
    RETURNING usage_limit_per_user
)
SELECT usage_limit_per_user FROM unlimited
UNION ALL SELECT usage_limit_per_user FROM counted
"""


def _run(kind: Kind, statement: str, rule_id: UUID) -> list[int | None]:
    """Take or give back one use; return its limit per customer, or nothing: there was none left."""
    table = sql.Identifier(kind.rule._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(table=table), {"id": rule_id})
        return [limit for (limit,) in cursor.fetchall()]


def _check_customer(kind: Kind, rule_ids: Sequence[UUID], customer: Customer) -> None:
    """Refuse a customer who has no use left.

    A statement of its own, after the UPDATE: that one waited for whoever else was using the rule,
    and only a statement begun later sees what they wrote. Inside the UPDATE it would not.
    """
    limited = kind.rule.objects.filter(pk__in=rule_ids, usage_limit_per_user__isnull=False)
    uses = uses_of(usage=kind.usage, name=kind.name, customer=customer)
    if limited.filter(usage_limit_per_user__lte=uses).exists():
        raise kind.refused(kind.refused.used_by_you)


def _uses(kind: Kind, order_id: UUID, **which: Any) -> Any:
    return kind.usage.objects.filter(order=order_id, **which).order_by(kind.rule_id)


def _count_over_the_limit(kind: Kind, rule_id: UUID) -> None:
    rule = kind.rule.objects.select_for_update(no_key=True).get(pk=rule_id)
    if not rule.counts_uses:
        return
    rule.usage_count += 1
    if rule.usage_limit is not None:
        rule.usage_limit = max(rule.usage_limit, rule.usage_count)
    rule.save(update_fields=["usage_count", "usage_limit", "updated_at"])
