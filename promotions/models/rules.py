from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, one_of


class DiscountType(models.TextChoices):
    PERCENTAGE = "percentage"
    FIXED_AMOUNT = "fixed_amount"
    FREE_SHIPPING = "free_shipping"
    BUY_X_GET_Y = "buy_x_get_y"


class DiscountScope(models.TextChoices):
    ORDER = "order"
    PRODUCTS = "products"
    CATEGORIES = "categories"


class TierBasis(models.TextChoices):
    NONE = "", "one step only"
    AMOUNT = "amount", "what the goods cost"
    QUANTITY = "quantity", "how many units"


class DiscountQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        """What may be used now, limits apart."""
        return self.filter(
            Q(starts_at=None) | Q(starts_at__lte=Now()),
            Q(expires_at=None) | Q(expires_at__gt=Now()),
            is_active=True,
        )


class DiscountRule(Row):
    """When something is taken off, and how much; amounts in the shop's currency.

    `discount_value` is percent, or an amount, or 0 for free shipping; with buy_x_get_y it is the
    percent off the units got. With a `tier_by` it is taken in steps: `tier_value[n]` from
    `tier_from[n]` on (an amount of the goods it is for, before discounts, or their units), and
    `discount_value` is that of the lowest step. `usage_count` counts the uses of a rule with a
    limit, and stays 0 without one; it moves only by one conditional UPDATE, and the CHECK stands
    behind it.
    """

    DiscountType = DiscountType

    Scope = DiscountScope

    TierBasis = TierBasis

    discount_type = models.CharField(
        max_length=20,
        choices=DiscountType.choices,
        default=DiscountType.PERCENTAGE,
        db_default=DiscountType.PERCENTAGE,
    )
    discount_value = models.DecimalField(max_digits=12, decimal_places=2)
    tier_by = models.CharField(
        max_length=10, choices=TierBasis.choices, blank=True, default="", db_default=""
    )
    tier_from = ArrayField(
        models.DecimalField(max_digits=12, decimal_places=2),
        default=list,
        blank=True,
        db_default=[],
    )
    tier_value = ArrayField(
        models.DecimalField(max_digits=12, decimal_places=2),
        default=list,
        blank=True,
        db_default=[],
    )
    buy_quantity = models.IntegerField(null=True, blank=True)
    get_quantity = models.IntegerField(null=True, blank=True)
    scope = models.CharField(
        max_length=20, choices=Scope.choices, default=Scope.ORDER, db_default=Scope.ORDER
    )
    min_order_amount = MoneyField(default=Decimal(0), db_default=Decimal(0))
    max_discount_amount = MoneyField(null=True, blank=True)
    usage_limit = models.IntegerField(null=True, blank=True)
    usage_limit_per_user = models.IntegerField(null=True, blank=True)
    usage_count = models.IntegerField(default=0, db_default=0, editable=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    stackable = models.BooleanField(
        default=False, db_default=False, help_text="May be used together with others"
    )
    priority = models.IntegerField(default=0, db_default=0, help_text="Lowest is applied first")

    class Meta:
        abstract = True

    @property
    def counts_uses(self) -> bool:
        """Whether each use is counted on this row: only then it has to be locked for one."""
        return self.usage_limit is not None or self.usage_limit_per_user is not None


def what_it_takes_off(table: str) -> tuple[models.CheckConstraint, ...]:
    """Return the CHECKs that keep the columns of a rule fit for its type."""
    return (
        one_of("discount_type", DiscountType, table=table),
        one_of("scope", DiscountScope, table=table),
        models.CheckConstraint(
            condition=Q(
                discount_type__in=["percentage", "buy_x_get_y"],
                discount_value__gt=0,
                discount_value__lte=100,
            )
            | Q(discount_type="fixed_amount", discount_value__gt=0)
            | Q(discount_type="free_shipping", discount_value=0),
            name=f"{table}_value_fits_type",
        ),
        models.CheckConstraint(
            condition=Q(discount_type="buy_x_get_y", buy_quantity__gt=0, get_quantity__gt=0)
            & Q(buy_quantity__isnull=False, get_quantity__isnull=False)
            | (~Q(discount_type="buy_x_get_y") & Q(buy_quantity=None, get_quantity=None)),
            name=f"{table}_quantities_fit_type",
        ),
        one_of("tier_by", TierBasis, table=table),
        models.CheckConstraint(
            condition=Q(tier_by="", tier_from=[], tier_value=[])
            | Q(
                ~Q(tier_by=""),
                _says("cardinality(%(expressions)s) BETWEEN 1 AND 10", "tier_from"),
                _says(
                    "cardinality(%(expressions)s)",
                    "tier_from",
                    "tier_value",
                    sep=") = cardinality(",
                ),
                discount_type__in=["percentage", "fixed_amount"],
            ),
            name=f"{table}_tiers_fit_type",
        ),
        models.CheckConstraint(
            condition=Q(
                _says("0 < ALL (%(expressions)s)", "tier_from"),
                _says("0 < ALL (%(expressions)s)", "tier_value"),
            ),
            name=f"{table}_tiers_positive",
        ),
        models.CheckConstraint(
            condition=~Q(discount_type="percentage")
            | Q(_says("100 >= ALL (%(expressions)s)", "tier_value")),
            name=f"{table}_tiers_at_most_all",
        ),
    )


def when_it_applies(table: str) -> tuple[models.CheckConstraint, ...]:
    """Return the CHECKs on a rule's bounds, limits and dates."""
    return (
        models.CheckConstraint(
            condition=Q(min_order_amount__gte=0), name=f"{table}_minimum_not_negative"
        ),
        models.CheckConstraint(
            condition=Q(max_discount_amount=None) | Q(max_discount_amount__gte=0),
            name=f"{table}_maximum_not_negative",
        ),
        models.CheckConstraint(
            condition=(Q(usage_limit=None) | Q(usage_limit__gt=0))
            & (Q(usage_limit_per_user=None) | Q(usage_limit_per_user__gt=0)),
            name=f"{table}_limits_positive",
        ),
        models.CheckConstraint(
            condition=Q(usage_count__gte=0)
            & (Q(usage_limit=None) | Q(usage_count__lte=F("usage_limit"))),
            name=f"{table}_within_limit",
        ),
        models.CheckConstraint(
            condition=Q(starts_at=None) | Q(expires_at=None) | Q(expires_at__gt=F("starts_at")),
            name=f"{table}_expires_after_start",
        ),
    )


def _says(sql: str, *columns: str, sep: str = ", ") -> Func:
    """Return a condition on columns that Django has no words for."""
    # In the order of the alphabet, as migrations write it: else they differ for ever.
    return Func(*map(F, columns), arg_joiner=sep, output_field=models.BooleanField(), template=sql)
