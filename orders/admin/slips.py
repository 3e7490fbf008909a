"""Packing slips: what to take from which shelf, and what is in which parcel."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from inventory.models import InventoryReservation
from orders.models import Order, OrderItem, OrderShipment

Status = InventoryReservation.Status


@dataclass(frozen=True)
class SlipLine:
    """So many units of an order line, and the places where they lie or lay."""

    item: OrderItem
    quantity: int
    places: str


@dataclass(frozen=True)
class Slip:
    """A sheet for one parcel; without a shipment it lists what is still to be picked."""

    shipment: OrderShipment | None
    lines: list[SlipLine]


def slips_of(order: Order) -> list[Slip]:
    """Return a sheet for what is still to be picked, if anything is, and one for each parcel."""
    promises = InventoryReservation.objects.filter(
        order=order, status__in=[Status.COMMITTED, Status.FULFILLED]
    ).select_related("inventory__warehouse")
    places = _places(list(promises))
    items = {item.pk: item for item in order.items.all()}
    left = [
        SlipLine(items[promise.order_item_id], promise.quantity, places[promise.order_item_id])
        for promise in promises.filter(status=Status.COMMITTED).order_by(
            "inventory__warehouse_location", "pk"
        )
        if promise.order_item_id
    ]
    parcels = order.shipments.prefetch_related("items__order_item").order_by("pk")
    packed = [Slip(shipment, _packed(shipment, places)) for shipment in parcels]
    return [*([Slip(None, left)] if left else []), *packed]


def _packed(shipment: OrderShipment, places: Mapping[UUID, str]) -> list[SlipLine]:
    return [
        SlipLine(packed.order_item, packed.quantity, places[packed.order_item_id])
        for packed in shipment.items.all()
    ]


def _places(promises: list[InventoryReservation]) -> Mapping[UUID, str]:
    """Return where the units of each line lie: warehouse and bin."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for promise in promises:
        stock = promise.inventory
        place = f"{stock.warehouse.code} {stock.warehouse_location}".strip()
        if promise.order_item_id and place not in found[promise.order_item_id]:
            found[promise.order_item_id].append(place)
    words: dict[UUID, str] = defaultdict(str)
    words.update({item_id: ", ".join(there) for item_id, there in found.items()})
    return words
