"""Where we ship, for how much, and which tax applies there."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row


class ShippingZone(Row):
    """Countries, or states of them, that share shipping methods and taxes."""

    name = models.CharField(max_length=100, unique=True)
    countries = ArrayField(models.CharField(max_length=2))
    states = ArrayField(
        models.CharField(max_length=10),
        default=list,
        blank=True,
        db_default=[],
        help_text="Empty: the whole country",
    )
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "shipping_zones"
        db_table_comment = "Regions with their own methods and taxes"

    def __str__(self) -> str:
        return self.name


class ShippingMethodQuerySet(models.QuerySet["ShippingMethod"]):
    def offered(self) -> "ShippingMethodQuerySet":
        return self.filter(is_active=True, zone__is_active=True)


class ShippingMethod(Row):
    """A way to ship into a zone, with its price and bounds."""

    zone = models.ForeignKey(ShippingZone, on_delete=models.CASCADE, related_name="methods")
    name = models.CharField(max_length=100)
    carrier = models.CharField(max_length=50, blank=True, db_default="")
    price = MoneyField()
    free_above = MoneyField(null=True, blank=True)
    min_weight_grams = models.PositiveIntegerField(null=True, blank=True)
    max_weight_grams = models.PositiveIntegerField(null=True, blank=True)
    min_order_amount = MoneyField(null=True, blank=True)
    max_order_amount = MoneyField(null=True, blank=True)
    estimated_days_min = models.PositiveSmallIntegerField(default=2, db_default=2)
    estimated_days_max = models.PositiveSmallIntegerField(default=5, db_default=5)
    is_active = models.BooleanField(default=True, db_default=True)

    objects: ClassVar = ShippingMethodQuerySet.as_manager()

    class Meta:
        db_table = "shipping_methods"
        db_table_comment = "Ways to ship into a zone"
        ordering = ("price", "id")
        constraints = (
            models.UniqueConstraint(fields=["zone", "name"], name="shipping_methods_name_unique"),
            models.CheckConstraint(
                condition=Q(price__gte=0), name="shipping_methods_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(estimated_days_max__gte=F("estimated_days_min")),
                name="shipping_methods_days_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.name


class TaxRate(Row):
    """The tax on one class of goods in one zone; `included_in_price` as the law there wants."""

    zone = models.ForeignKey(ShippingZone, on_delete=models.CASCADE, related_name="tax_rates")
    tax_class = models.CharField(max_length=30, default="standard", db_default="standard")
    name = models.CharField(max_length=100)
    rate = models.DecimalField(max_digits=7, decimal_places=6)
    included_in_price = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "tax_rates"
        db_table_comment = "Taxes per zone and class of goods"
        constraints = (
            models.UniqueConstraint(fields=["zone", "tax_class"], name="tax_rates_class_unique"),
            models.CheckConstraint(
                condition=Q(rate__gte=0) & Q(rate__lt=1), name="tax_rates_rate_in_range"
            ),
        )

    def __str__(self) -> str:
        return self.name
