from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from inventory.models.stock import Inventory, Warehouse
from shopflow.lib.rows import Row, Stateful, one_of


class StockCountStatus(models.TextChoices):
    OPEN = "open"
    POSTED = "posted"
    CANCELLED = "cancelled"


class StockCount(Stateful):
    """A session in which staff count a warehouse or a part of it.

    posted = the variances stand in the ledger.
    """

    Status = StockCountStatus

    TRANSITIONS: ClassVar = {Status.OPEN: {Status.POSTED, Status.CANCELLED}}

    warehouse = models.ForeignKey(Warehouse, on_delete=models.RESTRICT, related_name="counts")
    name = models.CharField(max_length=100)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.OPEN, db_default=Status.OPEN
    )
    notes = models.TextField(blank=True, db_default="")
    posted_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="Empty: the shop itself",
    )

    class Meta:
        db_table = "stock_counts"
        db_table_comment = "Sessions in which staff count a warehouse"
        constraints = (
            one_of("status", StockCountStatus, table="stock_counts"),
            models.CheckConstraint(
                condition=Q(status="posted", posted_at__isnull=False)
                | (~Q(status="posted") & Q(posted_at=None)),
                name="stock_counts_posted_has_time",
            ),
        )

    def __str__(self) -> str:
        return self.name


class StockCountLine(Row):
    """What one stock row should hold when its count began, and what was found."""

    stock_count = models.ForeignKey(
        StockCount, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    inventory = models.ForeignKey(Inventory, on_delete=models.RESTRICT, related_name="+")
    quantity_expected = models.IntegerField()
    quantity_counted = models.IntegerField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )

    class Meta:
        db_table = "stock_count_lines"
        db_table_comment = "Stock rows in counts: expected and found"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["stock_count", "inventory"], name="stock_count_lines_inventory_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity_expected__gte=0),
                name="stock_count_lines_expected_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(quantity_counted=None) | Q(quantity_counted__gte=0),
                name="stock_count_lines_counted_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(quantity_counted=None, counted_at=None, counted_by=None)
                | Q(quantity_counted__isnull=False, counted_at__isnull=False),
                name="stock_count_lines_counted_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity_counted} of {self.quantity_expected} in {self.inventory_id}"
