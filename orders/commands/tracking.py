"""Where parcels are: what carriers and staff tell, and the order that has arrived."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from orders.commands.history import locked, step
from orders.commands.mails import tell
from orders.errors import InvalidTracking, ShipmentNotFound
from orders.models import Order, OrderShipment, OrderShipmentEvent
from orders.queries import Fact
from shopflow.lib.transactions import command

Status = OrderShipment.Status
CLOCKS_DIFFER = timedelta(minutes=5)
LONGEST = {"description": 255, "location": 100, "event_id": 100}


@command
def track(
    *,
    shipment_id: UUID,
    status: str,
    occurred_at: datetime | None = None,
    location: str = "",
    description: str = "",
    event_id: str = "",
    by: UUID | None = None,
) -> OrderShipment:
    """Write down where a parcel is (`occurred_at` in UTC, now without it) and what follows.

    News that come late stand in the parcel's story and change nothing else. The carrier's own
    `event_id` is taken once. Raises ShipmentNotFound, InvalidTracking, InvalidTransition.
    """
    _check_texts(location=location, description=description, event_id=event_id)
    order, shipment = _locked(shipment_id)
    occurred_at = _moment(order, occurred_at)
    if status not in OrderShipment.TOLD:
        raise InvalidTracking
    if event_id and shipment.events.filter(carrier_event_id=event_id).exists():
        return shipment
    last = shipment.events.order_by("occurred_at").last()
    if last is None or occurred_at >= last.occurred_at:
        _move(order, shipment, status, occurred_at)
    OrderShipmentEvent.objects.create(
        shipment=shipment,
        status=status,
        occurred_at=occurred_at,
        location=location,
        description=description,
        carrier_event_id=event_id,
    )
    arrive(order, by=by)
    return shipment


@command
def deliver(*, order_id: UUID, by: UUID | None = None) -> Order:
    """Note that a shipped order arrived, all parcels that were still under way.

    Raises OrderNotFound, InvalidTransition.
    """
    order = locked(order_id)
    now = max(timezone.now(), order.shipped_at or order.placed_at)
    step(order, Order.Status.DELIVERED, by=by, delivered_at=now)
    for shipment in order.shipments.order_by("pk"):
        if not shipment.has_ended:
            _move(order, shipment, Status.DELIVERED, now)
            OrderShipmentEvent.objects.create(
                shipment=shipment, status=Status.DELIVERED, occurred_at=now
            )
    return order


def _check_texts(**texts: str) -> None:
    for name, text in texts.items():
        if len(text) > LONGEST[name] or not text.isprintable():
            raise InvalidTracking


def _locked(shipment_id: UUID) -> tuple[Order, OrderShipment]:
    """Lock the order, which guards its parcels too."""
    shipments = OrderShipment.objects.filter(pk=shipment_id)
    order_id = shipments.values_list("order_id", flat=True).first()
    if order_id is None:
        raise ShipmentNotFound
    return locked(order_id), shipments.get()


def _moment(order: Order, occurred_at: datetime | None) -> datetime:
    now = timezone.now()
    if occurred_at is None:
        return max(now, order.placed_at)
    if not order.placed_at <= occurred_at <= now + CLOCKS_DIFFER:
        raise InvalidTracking("This can't have happened then. Please look at date and time.")
    return occurred_at


def _move(order: Order, shipment: OrderShipment, status: str, moment: datetime) -> None:
    if status == shipment.status:
        return
    if status != Status.DELIVERED:
        shipment.move_to(status)
        return
    shipped_at = shipment.shipped_at or moment
    shipment.move_to(status, delivered_at=max(moment, shipped_at))
    tell(order, Fact.DELIVERED, reference=str(shipment.pk))


def arrive(order: Order, *, by: UUID | None) -> None:
    """An order has arrived when everything left and all its parcels have arrived."""
    parcels = list(order.shipments.all())
    if order.status == Order.Status.SHIPPED and all(
        parcel.status == Status.DELIVERED for parcel in parcels
    ):
        moments = [parcel.delivered_at for parcel in parcels if parcel.delivered_at]
        delivered_at = max([*moments, order.shipped_at or order.placed_at])
        step(order, Order.Status.DELIVERED, by=by, delivered_at=delivered_at)
