from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalog.models import ProductVariant
from inventory.models.stock import Warehouse
from shopflow.lib.rows import Row, Stateful, one_of


class StockTransferStatus(models.TextChoices):
    DRAFT = "draft"
    SENT = "sent"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class StockTransfer(Stateful):
    """Stock that moves from one warehouse to another.

    sent = it left the first; received = what arrived is in the second.
    """

    Status = StockTransferStatus

    TRANSITIONS: ClassVar = {
        Status.DRAFT: {Status.SENT, Status.CANCELLED},
        Status.SENT: {Status.RECEIVED},
    }

    from_warehouse = models.ForeignKey(
        Warehouse, on_delete=models.RESTRICT, related_name="transfers_out"
    )
    to_warehouse = models.ForeignKey(
        Warehouse, on_delete=models.RESTRICT, related_name="transfers_in"
    )
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.DRAFT, db_default=Status.DRAFT
    )
    notes = models.TextField(blank=True, db_default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="Empty: the shop itself",
    )

    class Meta:
        db_table = "stock_transfers"
        db_table_comment = "Stock that moves between warehouses"
        constraints = (
            one_of("status", StockTransferStatus, table="stock_transfers"),
            models.CheckConstraint(
                condition=~Q(from_warehouse=F("to_warehouse")),
                name="stock_transfers_warehouses_differ",
            ),
            models.CheckConstraint(
                condition=(~Q(status__in=["sent", "received"]) | Q(sent_at__isnull=False))
                & (~Q(status__in=["draft", "cancelled"]) | Q(sent_at=None)),
                name="stock_transfers_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="received", received_at__isnull=False)
                | (~Q(status="received") & Q(received_at=None)),
                name="stock_transfers_received_has_time",
            ),
            models.CheckConstraint(
                condition=Q(received_at=None) | Q(received_at__gte=F("sent_at")),
                name="stock_transfers_received_after_sent",
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_warehouse} → {self.to_warehouse}"


class StockTransferLine(Row):
    """So many units of a variant in a transfer, and how many arrived."""

    stock_transfer = models.ForeignKey(
        StockTransfer, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    variant = models.ForeignKey(ProductVariant, on_delete=models.RESTRICT, related_name="+")
    quantity = models.IntegerField()
    quantity_received = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "stock_transfer_lines"
        db_table_comment = "Variants in transfers between warehouses"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["stock_transfer", "variant"], name="stock_transfer_lines_variant_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="stock_transfer_lines_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(quantity_received__gte=0) & Q(quantity_received__lte=F("quantity")),
                name="stock_transfer_lines_received_at_most_sent",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"
