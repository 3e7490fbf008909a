from typing import ClassVar

from django.db import models
from django.db.models import Q

from inventory.models.alerts import StockAlert
from inventory.models.stock import Inventory
from shopflow.lib.rows import Stateful, one_of


class ReservationStatus(models.TextChoices):
    HELD = "held"
    COMMITTED = "committed"
    FULFILLED = "fulfilled"
    RELEASED = "released"
    EXPIRED = "expired"


class InventoryReservation(Stateful):
    """Units promised to one order line, or for a while to a shopper who waited for them.

    held = awaiting payment; committed = paid, awaiting shipment. A waiting shopper's units are
    only ever held: when they buy, their order line promises the units anew.
    """

    Status = ReservationStatus

    TRANSITIONS: ClassVar = {
        Status.HELD: {Status.COMMITTED, Status.RELEASED, Status.EXPIRED},
        Status.COMMITTED: {Status.FULFILLED, Status.RELEASED},
    }

    inventory = models.ForeignKey(Inventory, on_delete=models.RESTRICT, related_name="reservations")
    order = models.ForeignKey(
        "orders.Order",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="reservations",
    )
    order_item = models.ForeignKey(
        "orders.OrderItem",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="reservations",
    )
    stock_alert = models.ForeignKey(
        StockAlert,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="reservations",
        db_index=False,
    )
    quantity = models.IntegerField()
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.HELD, db_default=Status.HELD
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "inventory_reservations"
        db_table_comment = "Units promised to order lines and to waiting shoppers"
        constraints = (
            one_of("status", ReservationStatus, table="inventory_reservations"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="inventory_reservations_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(status="held", expires_at__isnull=False)
                | (~Q(status="held") & Q(expires_at=None)),
                name="inventory_reservations_held_expires",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False, order_item__isnull=False, stock_alert=None)
                | Q(order=None, order_item=None, stock_alert__isnull=False),
                name="inventory_reservations_line_or_alert",
            ),
            models.CheckConstraint(
                condition=Q(stock_alert=None) | Q(status__in=["held", "released", "expired"]),
                name="inventory_reservations_alert_only_held",
            ),
            models.UniqueConstraint(
                fields=["stock_alert"],
                condition=Q(status="held", stock_alert__isnull=False),
                name="inventory_reservations_alert_once",
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
            # Of waiting shoppers alone: an order's reservations don't pay for it.
            models.Index(
                fields=["stock_alert"],
                condition=Q(stock_alert__isnull=False),
                name="inventory_reservations_alert",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.inventory_id} {self.status}"
