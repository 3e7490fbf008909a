"""Parcels: what is in them, where they are."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from orders.models.items import OrderItem
from orders.models.orders import Order
from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact, Row, Stateful, one_of


class ShipmentStatus(models.TextChoices):
    PACKED = "packed"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"


class OrderShipment(Stateful):
    """A parcel for a shopper: packed, then on its way."""

    Status = ShipmentStatus

    TRANSITIONS: ClassVar = {
        Status.PACKED: {Status.SHIPPED},
        Status.SHIPPED: {Status.IN_TRANSIT, Status.DELIVERED, Status.RETURNED, Status.LOST},
        Status.IN_TRANSIT: {Status.DELIVERED, Status.RETURNED, Status.LOST},
        # Parcels turn up again.
        Status.LOST: {Status.IN_TRANSIT, Status.DELIVERED, Status.RETURNED},
    }

    order = models.ForeignKey(Order, on_delete=models.RESTRICT, related_name="shipments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    carrier = models.CharField(max_length=50)
    tracking_number = models.CharField(max_length=100)
    label_url = models.URLField(max_length=500, null=True, blank=True)  # noqa: DJ001 - hand-delivered: no label exists
    status = models.CharField(
        max_length=20,
        choices=Status.choices,
        default=Status.SHIPPED,
        db_default=Status.SHIPPED,
    )
    estimated_delivery = models.DateField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "order_shipments"
        db_table_comment = "Parcels for shoppers"
        constraints = (
            one_of("status", ShipmentStatus, table="order_shipments"),
            models.UniqueConstraint(
                fields=["carrier", "tracking_number"], name="order_shipments_tracking_unique"
            ),
            models.CheckConstraint(
                condition=~Q(tracking_number="") & ~Q(carrier=""),
                name="order_shipments_tracking_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(status="packed", shipped_at=None)
                | (~Q(status="packed") & Q(shipped_at__isnull=False)),
                name="order_shipments_shipped_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="delivered", delivered_at__isnull=False)
                | (~Q(status="delivered") & Q(delivered_at=None)),
                name="order_shipments_delivered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(delivered_at__gte=F("shipped_at")),
                name="order_shipments_delivered_after_shipped",
            ),
        )

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}"


class OrderShipmentItem(Row):
    """So many units of an order line in a parcel."""

    shipment = models.ForeignKey(
        OrderShipment, on_delete=models.RESTRICT, related_name="items", db_index=False
    )
    order_item = models.ForeignKey(
        OrderItem, on_delete=models.RESTRICT, related_name="shipment_items"
    )
    quantity = models.IntegerField()

    class Meta:
        db_table = "order_shipment_items"
        db_table_comment = "Order lines in parcels"
        constraints = (
            models.UniqueConstraint(
                fields=["shipment", "order_item"], name="order_shipment_items_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="order_shipment_items_quantity_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_item_id}"


class OrderShipmentEvent(Fact):
    """What a carrier told about a parcel, once: where it was and when (UTC)."""

    shipment = models.ForeignKey(
        OrderShipment, on_delete=models.RESTRICT, related_name="events", db_index=False
    )
    carrier_event_id = models.CharField(max_length=100, blank=True, db_default="")
    status = models.CharField(max_length=20, choices=ShipmentStatus.choices)
    description = models.CharField(max_length=255, blank=True, db_default="")
    location = models.CharField(max_length=100, blank=True, db_default="")
    occurred_at = models.DateTimeField()

    class Meta:
        db_table = "order_shipment_events"
        db_table_comment = "What carriers told about parcels, append-only"
        ordering = ("occurred_at", "id")
        constraints = (
            AppendOnly(
                name="order_shipment_events_append_only", erasable=["description", "location"]
            ),
            one_of("status", ShipmentStatus, table="order_shipment_events"),
            models.UniqueConstraint(
                fields=["shipment", "carrier_event_id"],
                condition=~Q(carrier_event_id=""),
                name="order_shipment_events_told_once",
            ),
        )
        indexes = (
            models.Index(fields=["shipment", "occurred_at"], name="order_shipment_events_idx"),
        )

    def __str__(self) -> str:
        return f"{self.status} {self.occurred_at:%Y-%m-%d}"
