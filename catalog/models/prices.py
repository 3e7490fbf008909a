from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from catalog.models.products import ProductVariant
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row


class PriceHistory(Row):
    """What a variant cost, costs or will cost, in the shop's currency, and when.

    `valid` runs from its start, included, to its end, excluded; without an end it still holds. Two
    prices of a variant never hold at once. The lowest price of the last 30 days comes from here
    (Directive 98/6/EC, article 6a).
    """

    variant = models.ForeignKey(
        ProductVariant, on_delete=models.RESTRICT, related_name="price_history", db_index=False
    )
    price = MoneyField()
    valid = DateTimeRangeField()

    class Meta:
        db_table = "price_history"
        db_table_comment = "Prices of variants and when they hold, past and scheduled"
        verbose_name_plural = "price history"
        constraints = (
            # Its index, which begins with the variant, finds the price of a moment too.
            ExclusionConstraint(
                name="price_history_no_overlap",
                expressions=[("variant", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0), name="price_history_price_not_negative"
            ),
            # An empty range would overlap nothing and hold never; it has no start either.
            models.CheckConstraint(
                condition=Q(valid__startswith__isnull=False), name="price_history_has_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.price} for {self.variant_id}"


class PriceList(Row):
    """Prices in a currency other than the shop's own."""

    name = models.CharField(max_length=100)
    currency = models.CharField(max_length=3, help_text="ISO 4217")
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "price_lists"
        db_table_comment = "Prices in other currencies"
        ordering = ("currency", "name")
        constraints = (
            models.UniqueConstraint(fields=["name"], name="price_lists_name_unique"),
            models.UniqueConstraint(
                fields=["currency"],
                condition=Q(is_active=True),
                name="price_lists_one_active_per_currency",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="price_lists_currency_valid"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"


class PriceListItem(Row):
    """What a variant costs in a price list's currency."""

    price_list = models.ForeignKey(
        PriceList, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    variant = models.ForeignKey(
        ProductVariant, on_delete=models.RESTRICT, related_name="list_prices"
    )
    price = MoneyField()
    compare_at_price = MoneyField(null=True, blank=True)

    class Meta:
        db_table = "price_list_items"
        db_table_comment = "Prices of variants in other currencies"
        constraints = (
            models.UniqueConstraint(
                fields=["price_list", "variant"], name="price_list_items_variant_unique"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0), name="price_list_items_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(compare_at_price=None) | Q(compare_at_price__gt=F("price")),
                name="price_list_items_compare_at_above_price",
            ),
        )

    def __str__(self) -> str:
        return f"{self.price} for {self.variant_id}"
