"""Parcels that leave: which units are in them, and what that makes of the order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from inventory import commands as inventory
from orders.commands.history import locked, step
from orders.commands.mails import tell_shipped
from orders.errors import InvalidShipment, NotLeftToShip, OrderNotShippable, TrackingTaken
from orders.models import Order, OrderShipment, OrderShipmentEvent, OrderShipmentItem
from orders.queries import left_to_ship
from shopflow.lib.transactions import command, is_duplicate

LONGEST_CARRIER = 50
LONGEST_TRACKING = 100
Fulfilment = Order.FulfilmentStatus
ShipmentStatus = OrderShipment.Status


@dataclass(frozen=True)
class _Parcel:
    """What somebody wrote on a parcel, and the units of order lines in it."""

    carrier: str
    tracking_number: str
    estimate: date | None
    units: Mapping[UUID, int]


@command
def ship(
    *,
    order_id: UUID,
    carrier: str,
    tracking_number: str,
    units: Mapping[UUID, int] | None = None,
    estimated_delivery: date | None = None,
    by: UUID | None = None,
) -> Order:
    """Ship units of a paid order in one parcel; they leave the warehouse, the shopper hears of it.

    `units` says how many of which order lines; without it everything that is left goes. The order
    is shipped when nothing is left. Raises OrderNotFound, OrderNotShippable, NotLeftToShip,
    TrackingTaken, InvalidShipment, UnitsNotHere.
    """
    carrier, tracking_number = carrier.strip(), tracking_number.strip()
    _check(carrier, tracking_number)
    order = locked(order_id)
    if not order.is_shippable:
        raise OrderNotShippable
    left = left_to_ship(order.pk)
    parcel = _Parcel(carrier, tracking_number, estimated_delivery, _chosen(left, units))
    # Another machine's clock may have been ahead of this one's.
    now = max(timezone.now(), order.placed_at)
    shipment = _insert_shipment(order, parcel, now)
    _advance(order, shipment, is_last=left == parcel.units, by=by, now=now)
    tell_shipped(order, shipment)
    inventory.fulfil(order_id=order.pk, units=parcel.units, by=by)
    return order


def _check(carrier: str, tracking_number: str) -> None:
    for text, longest in ((carrier, LONGEST_CARRIER), (tracking_number, LONGEST_TRACKING)):
        if not 0 < len(text) <= longest or not text.isprintable():
            raise InvalidShipment


def _chosen(left: Mapping[UUID, int], units: Mapping[UUID, int] | None) -> Mapping[UUID, int]:
    if units is None:
        chosen = left
    elif any(quantity < 0 for quantity in units.values()):
        raise InvalidShipment
    else:
        chosen = {item_id: quantity for item_id, quantity in units.items() if quantity}
    if not chosen:
        raise NotLeftToShip("Put at least one unit into the parcel.")
    if any(quantity > left.get(item_id, 0) for item_id, quantity in chosen.items()):
        raise NotLeftToShip
    return chosen


def _insert_shipment(order: Order, parcel: _Parcel, now: datetime) -> OrderShipment:
    try:
        with transaction.atomic():
            shipment = OrderShipment.objects.create(
                order=order,
                user_id=order.user_id,
                carrier=parcel.carrier,
                tracking_number=parcel.tracking_number,
                estimated_delivery=parcel.estimate,
                shipped_at=now,
            )
    except IntegrityError as error:
        if is_duplicate(error):
            raise TrackingTaken from None
        raise
    OrderShipmentItem.objects.bulk_create(
        OrderShipmentItem(shipment=shipment, order_item_id=item_id, quantity=quantity)
        for item_id, quantity in parcel.units.items()
    )
    OrderShipmentEvent.objects.bulk_create(
        OrderShipmentEvent(shipment=shipment, status=status, occurred_at=now)
        for status in (ShipmentStatus.PACKED, ShipmentStatus.SHIPPED)
    )
    return shipment


def _advance(
    order: Order, shipment: OrderShipment, *, is_last: bool, by: UUID | None, now: datetime
) -> None:
    notes = str(shipment)
    if order.status == Order.Status.CONFIRMED:
        step(order, Order.Status.PROCESSING, by=by, notes="" if is_last else notes)
    if is_last:
        facts = {"shipped_at": now, "fulfilment_status": Fulfilment.FULFILLED}
        step(order, Order.Status.SHIPPED, by=by, notes=notes, **facts)
    else:
        order.fulfilment_status = Fulfilment.PARTIAL
        order.save(update_fields=["fulfilment_status", "updated_at"])
