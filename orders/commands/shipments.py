"""Parcels."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from inventory import commands as inventory
from orders.commands.history import locked, step
from orders.commands.mails import tell, tell_shipped
from orders.errors import InvalidShipment, OrderNotShippable, TrackingTaken
from orders.models import Order, OrderShipment, OrderShipmentItem
from orders.queries import Fact
from shopflow.lib.transactions import command, is_duplicate

LONGEST_CARRIER = 50
LONGEST_TRACKING = 100


@command
def ship(*, order_id: UUID, carrier: str, tracking_number: str, by: UUID | None = None) -> Order:
    """Ship the whole of a paid order in one parcel; its stock leaves the warehouse.

    Raises OrderNotFound, OrderNotShippable, TrackingTaken, InvalidShipment.
    """
    carrier, tracking_number = carrier.strip(), tracking_number.strip()
    _check(carrier, tracking_number)
    order = locked(order_id)
    is_open = order.status in {Order.Status.CONFIRMED, Order.Status.PROCESSING}
    if not is_open or order.payment_status == Order.PaymentStatus.REFUNDED:
        raise OrderNotShippable
    # Another machine's clock may have been ahead of this one's.
    now = max(timezone.now(), order.placed_at)
    shipment = _insert_shipment(order, carrier, tracking_number, now)
    if order.status == Order.Status.CONFIRMED:
        step(order, Order.Status.PROCESSING, by=by)
    step(
        order,
        Order.Status.SHIPPED,
        by=by,
        notes=f"{carrier} {tracking_number}",
        shipped_at=now,
        fulfilment_status=Order.FulfilmentStatus.FULFILLED,
    )
    tell_shipped(order, shipment)
    inventory.fulfil(order_id=order.pk, by=by)
    return order


@command
def deliver(*, order_id: UUID, by: UUID | None = None) -> Order:
    """Note that a shipped order arrived. Raises OrderNotFound, InvalidTransition."""
    order = locked(order_id)
    now = max(timezone.now(), order.shipped_at or order.placed_at)
    step(order, Order.Status.DELIVERED, by=by, delivered_at=now)
    for shipment in order.shipments.filter(status=OrderShipment.Status.SHIPPED):
        shipment.status, shipment.delivered_at = OrderShipment.Status.DELIVERED, now
        shipment.save(update_fields=["status", "delivered_at", "updated_at"])
    tell(order, Fact.DELIVERED)
    return order


def _check(carrier: str, tracking_number: str) -> None:
    for text, longest in ((carrier, LONGEST_CARRIER), (tracking_number, LONGEST_TRACKING)):
        if not 0 < len(text) <= longest or not text.isprintable():
            raise InvalidShipment


def _insert_shipment(
    order: Order, carrier: str, tracking_number: str, now: datetime
) -> OrderShipment:
    try:
        with transaction.atomic():
            shipment = OrderShipment.objects.create(
                order=order,
                user_id=order.user_id,
                carrier=carrier,
                tracking_number=tracking_number,
                shipped_at=now,
            )
    except IntegrityError as error:
        if is_duplicate(error):
            raise TrackingTaken from None
        raise
    OrderShipmentItem.objects.bulk_create(
        OrderShipmentItem(shipment=shipment, order_item=item, quantity=item.quantity)
        for item in order.items.all()
    )
    return shipment
