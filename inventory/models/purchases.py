from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalog.models import ProductVariant
from inventory.models.stock import Warehouse
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, Stateful, one_of


class PurchaseOrderStatus(models.TextChoices):
    DRAFT = "draft"
    ORDERED = "ordered"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class PurchaseOrder(Stateful):
    """Goods we ordered from a supplier; costs are in `currency`.

    received = nothing more is expected, whether or not everything came.
    """

    Status = PurchaseOrderStatus

    TRANSITIONS: ClassVar = {
        Status.DRAFT: {Status.ORDERED, Status.CANCELLED},
        Status.ORDERED: {Status.PARTIALLY_RECEIVED, Status.RECEIVED, Status.CANCELLED},
        Status.PARTIALLY_RECEIVED: {Status.RECEIVED},
    }

    supplier_name = models.CharField(max_length=100)
    reference = models.CharField(
        max_length=50, blank=True, db_default="", help_text="The supplier's number"
    )
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.RESTRICT, related_name="purchase_orders"
    )
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.DRAFT, db_default=Status.DRAFT
    )
    currency = models.CharField(max_length=3)
    expected_on = models.DateField(null=True, blank=True)
    ordered_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(blank=True, db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="Empty: the shop itself",
    )

    class Meta:
        db_table = "purchase_orders"
        db_table_comment = "Goods ordered from suppliers"
        constraints = (
            one_of("status", PurchaseOrderStatus, table="purchase_orders"),
            models.CheckConstraint(
                condition=~Q(supplier_name=""), name="purchase_orders_supplier_not_empty"
            ),
            models.UniqueConstraint(
                fields=["supplier_name", "reference"],
                condition=~Q(reference=""),
                name="purchase_orders_reference_unique",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="purchase_orders_currency_is_code"
            ),
            models.CheckConstraint(
                condition=(~Q(status="draft") | Q(ordered_at=None))
                & (
                    ~Q(status__in=["ordered", "partially_received", "received"])
                    | Q(ordered_at__isnull=False)
                ),
                name="purchase_orders_ordered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="received", received_at__isnull=False)
                | (~Q(status="received") & Q(received_at=None)),
                name="purchase_orders_received_has_time",
            ),
            models.CheckConstraint(
                condition=Q(received_at=None) | Q(received_at__gte=F("ordered_at")),
                name="purchase_orders_received_after_ordered",
            ),
        )
        indexes = (
            models.Index(
                fields=["expected_on", "id"],
                condition=Q(status__in=["ordered", "partially_received"]),
                name="purchase_orders_expected_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.supplier_name} {self.reference}".rstrip()


class PurchaseOrderLine(Row):
    """So many units of a variant in an order to a supplier, and how many have come."""

    purchase_order = models.ForeignKey(
        PurchaseOrder, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    variant = models.ForeignKey(ProductVariant, on_delete=models.RESTRICT, related_name="+")
    quantity_ordered = models.IntegerField()
    quantity_received = models.IntegerField(default=0, db_default=0)
    unit_cost = MoneyField(null=True, blank=True)

    class Meta:
        db_table = "purchase_order_lines"
        db_table_comment = "Variants in orders to suppliers"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["purchase_order", "variant"], name="purchase_order_lines_variant_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity_ordered__gt=0), name="purchase_order_lines_ordered_positive"
            ),
            models.CheckConstraint(
                condition=Q(quantity_received__gte=0)
                & Q(quantity_received__lte=F("quantity_ordered")),
                name="purchase_order_lines_received_at_most_ordered",
            ),
            models.CheckConstraint(
                condition=Q(unit_cost=None) | Q(unit_cost__gte=0),
                name="purchase_order_lines_cost_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity_ordered} × {self.variant_id}"
