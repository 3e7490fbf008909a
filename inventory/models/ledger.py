from django.conf import settings
from django.db import models
from django.db.models import F, Q

from inventory.models.stock import Inventory
from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact, one_of


class MoveType(models.TextChoices):
    PURCHASE = "purchase"
    SALE = "sale"
    ADJUSTMENT = "adjustment"
    COUNT_VARIANCE = "count_variance"
    RETURN = "return"
    TRANSFER = "transfer"


class InventoryTransaction(Fact):
    """One move of stock: the ledger `quantity_on_hand` is the sum of. Never changed or deleted."""

    Type = MoveType

    inventory = models.ForeignKey(
        Inventory, on_delete=models.RESTRICT, related_name="transactions", db_index=False
    )
    order = models.ForeignKey(
        "orders.Order",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="stock_moves",
    )
    type = models.CharField(max_length=20, choices=Type.choices)
    quantity_change = models.IntegerField()
    quantity_after = models.IntegerField()
    reason = models.CharField(max_length=100, blank=True, db_default="")
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
        db_table = "inventory_transactions"
        db_table_comment = "Ledger of stock moves, append-only"
        constraints = (
            one_of("type", MoveType, table="inventory_transactions"),
            models.CheckConstraint(
                condition=~Q(quantity_change=0), name="inventory_transactions_change_not_zero"
            ),
            models.CheckConstraint(
                condition=Q(quantity_after__gte=0), name="inventory_transactions_after_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(quantity_after__gte=F("quantity_change")),
                name="inventory_transactions_before_not_negative",
            ),
            models.CheckConstraint(
                condition=(~Q(type="sale") | Q(quantity_change__lt=0))
                & (~Q(type__in=["purchase", "return"]) | Q(quantity_change__gt=0)),
                name="inventory_transactions_sign_fits_type",
            ),
            models.CheckConstraint(
                condition=~Q(type="sale") | Q(order__isnull=False),
                name="inventory_transactions_sale_has_order",
            ),
            AppendOnly(name="inventory_transactions_append_only", erasable=["notes"]),
        )
        indexes = (
            models.Index(fields=["inventory", "id"], name="inventory_transactions_ledger"),
            models.Index(fields=["type", "id"], name="inventory_transactions_type"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.quantity_change:+d}"
