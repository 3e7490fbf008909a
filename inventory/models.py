"""What we hold: stock per variant and place, promises on it, and the ledger of its moves."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalog.models import ProductVariant
from shopflow.lib.rows import Fact, Row, Stateful, one_of


class Warehouse(Row):
    """A place that holds stock. One, with code MAIN, is made at install."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    address = models.TextField(blank=True, db_default="")
    country_code = models.CharField(max_length=2, blank=True, db_default="")
    priority = models.IntegerField(default=0, db_default=0, help_text="Lowest ships first")
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "warehouses"
        db_table_comment = "Places that hold stock"
        ordering = ("priority", "code")

    def __str__(self) -> str:
        return self.name


class Inventory(Row):
    """How many units of a variant one warehouse holds and has promised.

    `quantity_reserved` counts units held for unpaid orders and committed to paid ones; they leave
    `quantity_on_hand` when they ship. More than one bucket only for very hot products.
    """

    variant = models.ForeignKey(ProductVariant, on_delete=models.RESTRICT, related_name="stock")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.RESTRICT, related_name="stock")
    bucket = models.SmallIntegerField(default=0, db_default=0)
    quantity_on_hand = models.IntegerField(default=0, db_default=0)
    quantity_reserved = models.IntegerField(default=0, db_default=0)
    quantity_available = models.GeneratedField(
        expression=F("quantity_on_hand") - F("quantity_reserved"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    backorder_limit = models.IntegerField(default=0, db_default=0)
    reorder_point = models.IntegerField(default=0, db_default=0, help_text="0 = no alert")
    reorder_quantity = models.IntegerField(default=0, db_default=0)
    warehouse_location = models.CharField("bin", max_length=50, blank=True, db_default="")
    last_counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "inventory"
        db_table_comment = "Units held and promised, per variant, warehouse and bucket"
        verbose_name_plural = "inventory"
        constraints = (
            models.UniqueConstraint(
                fields=["variant", "warehouse", "bucket"], name="inventory_place_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity_on_hand__gte=0), name="inventory_on_hand_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(quantity_reserved__gte=0), name="inventory_reserved_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(quantity_reserved__lte=F("quantity_on_hand") + F("backorder_limit")),
                name="inventory_not_oversold",
            ),
            models.CheckConstraint(
                condition=Q(backorder_limit__gte=0), name="inventory_backorder_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(reorder_point__gte=0) & Q(reorder_quantity__gte=0),
                name="inventory_reorder_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(bucket__gte=0), name="inventory_bucket_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.variant} in {self.warehouse}"


class ReservationStatus(models.TextChoices):
    HELD = "held"
    COMMITTED = "committed"
    FULFILLED = "fulfilled"
    RELEASED = "released"
    EXPIRED = "expired"


class InventoryReservation(Stateful):
    """Units promised to one order line.

    held = awaiting payment; committed = paid, awaiting shipment.
    """

    Status = ReservationStatus

    TRANSITIONS: ClassVar = {
        Status.HELD: {Status.COMMITTED, Status.RELEASED, Status.EXPIRED},
        Status.COMMITTED: {Status.FULFILLED, Status.RELEASED},
    }

    inventory = models.ForeignKey(Inventory, on_delete=models.RESTRICT, related_name="reservations")
    order = models.ForeignKey(
        "orders.Order", on_delete=models.RESTRICT, related_name="reservations"
    )
    order_item = models.ForeignKey(
        "orders.OrderItem", on_delete=models.RESTRICT, related_name="reservations"
    )
    quantity = models.IntegerField()
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.HELD, db_default=Status.HELD
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "inventory_reservations"
        db_table_comment = "Units promised to order lines"
        constraints = (
            one_of("status", ReservationStatus, table="inventory_reservations"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="inventory_reservations_quantity_positive"
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(expires_at__isnull=False),
                name="inventory_reservations_held_expires",
            ),
            models.UniqueConstraint(
                fields=["order_item", "inventory"],
                condition=Q(status__in=["held", "committed"]),
                name="inventory_reservations_one_live",
            ),
        )
        indexes = (
            models.Index(
                fields=["expires_at"],
                condition=Q(status="held"),
                name="inventory_reservations_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.inventory_id} {self.status}"


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

    inventory = models.ForeignKey(Inventory, on_delete=models.RESTRICT, related_name="transactions")
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
        )
        indexes = (models.Index(fields=["inventory", "id"], name="inventory_transactions_ledger"),)

    def __str__(self) -> str:
        return f"{self.type} {self.quantity_change:+d}"
