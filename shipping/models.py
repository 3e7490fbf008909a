"""Where we ship, for how much, and which tax applies there."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact, Regex

from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row


def _joined(field: str) -> Func:
    """Return an array's elements as one text; a NULL among them becomes `?`."""
    return Func(
        F(field), Value(","), Value("?"), function="array_to_string", output_field=TextField()
    )


class ShippingZone(Row):
    """Countries, or states of them, that share shipping methods and taxes."""

    name = models.CharField(max_length=100)
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
        constraints = (
            models.UniqueConstraint(fields=["name"], name="shipping_zones_name_unique"),
            models.CheckConstraint(
                condition=Regex(_joined("countries"), Value("^[A-Z]{2}(,[A-Z]{2})*$")),
                name="shipping_zones_countries_are_codes",
            ),
            models.CheckConstraint(
                condition=Exact(_joined("states"), Upper(_joined("states"))),
                name="shipping_zones_states_upper_case",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ShippingMethodQuerySet(models.QuerySet["ShippingMethod"]):
    def offered(self) -> "ShippingMethodQuerySet":
        return self.filter(is_active=True, zone__is_active=True)


class ShippingMethod(Row):
    """A way to ship into a zone, or to fetch the goods there, with its price and bounds.

    `cutoff_hour` is an hour of the shop's own day (`TIME_ZONE`): who orders later has the parcel
    leave a working day later. The `pickup_` columns say where and when goods are fetched.
    """

    zone = models.ForeignKey(
        ShippingZone, on_delete=models.CASCADE, related_name="methods", db_index=False
    )
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
    cutoff_hour = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="0 to 23: orders from this hour on leave a working day later",
    )
    is_pickup = models.BooleanField(
        default=False, db_default=False, help_text="The shopper fetches the goods in the store"
    )
    pickup_address_line = models.CharField(max_length=255, blank=True, db_default="")
    pickup_postal_code = models.CharField(max_length=20, blank=True, db_default="")
    pickup_city = models.CharField(max_length=100, blank=True, db_default="")
    pickup_state = models.CharField(max_length=100, blank=True, db_default="")
    pickup_country_code = models.CharField(max_length=2, blank=True, db_default="")
    pickup_hours = models.CharField(
        max_length=255, blank=True, db_default="", help_text="As in: Mon–Sat 10–18"
    )
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
            models.CheckConstraint(
                condition=Q(free_above=None) | Q(free_above__gte=0),
                name="shipping_methods_free_above_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(min_weight_grams=None)
                | Q(max_weight_grams=None)
                | Q(max_weight_grams__gte=F("min_weight_grams")),
                name="shipping_methods_weights_in_order",
            ),
            models.CheckConstraint(
                condition=(Q(min_order_amount=None) | Q(min_order_amount__gte=0))
                & (Q(max_order_amount=None) | Q(max_order_amount__gte=0))
                & (
                    Q(min_order_amount=None)
                    | Q(max_order_amount=None)
                    | Q(max_order_amount__gte=F("min_order_amount"))
                ),
                name="shipping_methods_amounts_in_order",
            ),
            models.CheckConstraint(
                condition=Q(cutoff_hour=None) | Q(cutoff_hour__lte=23),
                name="shipping_methods_cutoff_is_hour",
            ),
            models.CheckConstraint(
                condition=Q(is_pickup=False, pickup_country_code="")
                | (
                    Q(is_pickup=True, pickup_country_code__regex="^[A-Z]{2}$")
                    & ~Q(pickup_address_line="")
                    & ~Q(pickup_city="")
                ),
                name="shipping_methods_pickup_has_place",
            ),
        )

    def __str__(self) -> str:
        return self.name


class TaxRate(Row):
    """The tax on one class of goods in a zone, in a country, or in a state of it.

    Where several fit, the most specific wins. `included_in_price` as the law there wants.
    """

    zone = models.ForeignKey(
        ShippingZone,
        null=True,
        on_delete=models.CASCADE,
        related_name="tax_rates",
        db_index=False,
    )
    country_code = models.CharField(max_length=2, blank=True, db_default="")
    state = models.CharField(
        max_length=10, blank=True, db_default="", help_text="Empty: the whole country"
    )
    tax_class = models.CharField(max_length=30, default="standard", db_default="standard")
    name = models.CharField(max_length=100)
    rate = models.DecimalField(max_digits=7, decimal_places=6)
    included_in_price = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "tax_rates"
        db_table_comment = "Taxes per place and class of goods"
        constraints = (
            models.CheckConstraint(
                condition=Q(zone__isnull=False, country_code="", state="")
                | Q(zone=None, country_code__regex="^[A-Z]{2}$"),
                name="tax_rates_zone_or_country",
            ),
            models.CheckConstraint(
                condition=Q(state=Upper("state")), name="tax_rates_state_upper_case"
            ),
            models.UniqueConstraint(fields=["zone", "tax_class"], name="tax_rates_class_unique"),
            models.UniqueConstraint(
                fields=["country_code", "state", "tax_class"],
                condition=Q(zone=None),
                name="tax_rates_country_unique",
            ),
            models.CheckConstraint(condition=~Q(tax_class=""), name="tax_rates_class_not_empty"),
            models.CheckConstraint(
                condition=Q(rate__gte=0) & Q(rate__lt=1), name="tax_rates_rate_in_range"
            ),
        )

    def __str__(self) -> str:
        return self.name
