"""Answers about what of an order is where, and what was written about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from inventory.models import InventoryReservation
from orders.models import Order, OrderNote, OrderShipmentItem


@dataclass(frozen=True)
class MailLine:
    """A line of an order as a mail names it; `total` is in the order's currency."""

    product: str
    variant: str
    quantity: int
    total: Decimal


def shown_notes(order: Order) -> "QuerySet[OrderNote]":
    """Return what people of the shop wrote about an order for the shopper, the oldest first."""
    return OrderNote.objects.filter(order=order, is_shown_to_shopper=True).order_by("id")


def left_to_ship(order_id: UUID) -> dict[UUID, int]:
    """Return how many units of which lines of a paid order wait for their parcel."""
    committed = InventoryReservation.objects.filter(
        order=order_id, status=InventoryReservation.Status.COMMITTED
    )
    lines = committed.order_by("order_item").values_list("order_item")
    return {item_id: units for item_id, units in lines.annotate(Sum("quantity")) if item_id}


def packed_of(order: Order, facts: Mapping[str, Any]) -> list[MailLine]:
    """Return what is in the parcel that a mail tells of; nothing in a mail about something else."""
    if "tracking_number" not in facts:
        return []
    named = {"carrier": facts["carrier"], "tracking_number": facts["tracking_number"]}
    inside = OrderShipmentItem.objects.filter(
        shipment__order=order, **{f"shipment__{name}": text for name, text in named.items()}
    )
    return [
        MailLine(
            packed.order_item.product_name,
            packed.order_item.variant_name,
            packed.quantity,
            packed.order_item.unit_price * packed.quantity,
        )
        for packed in inside.select_related("order_item").order_by("id")
    ]
