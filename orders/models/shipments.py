"""Parcels: what is in them, where they are."""

from typing import ClassVar
from urllib.parse import quote

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
    OUT_FOR_DELIVERY = "out_for_delivery"
    FAILED = "failed"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"


MOVING = frozenset(ShipmentStatus) - {ShipmentStatus.PACKED}
# Where a carrier shows where a parcel is, by the first word of the carrier's name.
TRACKING_PAGES = {
    "dhl": "https://www.dhl.com/en/express/tracking.html?AWB={}",
    "dpd": "https://tracking.dpd.de/parcelstatus?query={}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={}",
    "gls": "https://gls-group.com/track/{}",
    "ups": "https://www.ups.com/track?tracknum={}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
}


class OrderShipment(Stateful):
    """A parcel for a shopper: packed, then on its way."""

    Status = ShipmentStatus

    # Nobody was at home, parcels turn up again: only what was delivered or came back has ended.
    # What somebody can tell of a parcel that has left.
    TOLD: ClassVar = tuple(status for status in Status if status not in {"packed", "shipped"})

    TRANSITIONS: ClassVar = {
        Status.PACKED: {Status.SHIPPED},
        Status.SHIPPED: MOVING - {Status.SHIPPED},
        Status.IN_TRANSIT: MOVING - {Status.SHIPPED, Status.IN_TRANSIT},
        Status.OUT_FOR_DELIVERY: MOVING - {Status.SHIPPED, Status.OUT_FOR_DELIVERY},
        Status.FAILED: MOVING - {Status.SHIPPED, Status.FAILED},
        Status.LOST: MOVING - {Status.SHIPPED, Status.LOST},
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
        ordering = ("id",)  # shoppers read “Parcel 1”, however often its row is written
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

    @property
    def tracking_url(self) -> str:
        """Where the carrier shows this parcel; empty for carriers we don't know."""
        name, *_ = [*self.carrier.casefold().split(), ""]
        return TRACKING_PAGES.get(name, "").format(quote(self.tracking_number, safe=""))

    @property
    def has_ended(self) -> bool:
        return self.status in {self.Status.DELIVERED, self.Status.RETURNED}


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
        ordering = ("order_item_id",)
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
