from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.models.orders import Order, OrderItem
from shopflow.lib.rows import Row, one_of


class ShipmentStatus(models.TextChoices):
    SHIPPED = "shipped"
    DELIVERED = "delivered"


class OrderShipment(Row):
    """A parcel that left for a shopper."""

    Status = ShipmentStatus

    order = models.ForeignKey(Order, on_delete=models.RESTRICT, related_name="shipments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    carrier = models.CharField(max_length=50)
    tracking_number = models.CharField(max_length=100)
    label_url = models.URLField(max_length=500, blank=True, db_default="")
    status = models.CharField(
        max_length=20,
        choices=Status.choices,
        default=Status.SHIPPED,
        db_default=Status.SHIPPED,
    )
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "order_shipments"
        db_table_comment = "Parcels that left for shoppers"
        constraints = (
            one_of("status", ShipmentStatus, table="order_shipments"),
            models.UniqueConstraint(
                fields=["carrier", "tracking_number"], name="order_shipments_tracking_unique"
            ),
            models.CheckConstraint(
                condition=~Q(tracking_number="") & ~Q(carrier=""),
                name="order_shipments_tracking_not_empty",
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
