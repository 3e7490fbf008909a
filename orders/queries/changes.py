"""What taking units out of an order gives back, and what was taken out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from inventory.models import InventoryReservation
from orders.models import Order, OrderChange, OrderItem
from shopflow.lib.money import ZERO, round_money

Status = InventoryReservation.Status


@dataclass(frozen=True)
class TakenOut:
    """Units of a line that were, or are to be, taken out of an order."""

    item: OrderItem
    quantity: int


@dataclass(frozen=True)
class Change:
    """An edit of an order as pages show it; `back` is what it gives back, in its currency."""

    row: OrderChange
    lines: list[TakenOut]
    back: Decimal

    @property
    def applied_at(self) -> datetime | None:
        return self.row.applied_at


def units_of(order_id: UUID) -> dict[UUID, int]:
    """Return how many units of each line are still in a paid order: left to ship, or sent."""
    kept = InventoryReservation.objects.filter(
        order=order_id, status__in=[Status.COMMITTED, Status.FULFILLED]
    )
    lines = kept.order_by("order_item").values_list("order_item")
    return {item_id: units for item_id, units in lines.annotate(Sum("quantity")) if item_id}


def back_of(*, order: Order, taken: Mapping[UUID, int], units: Mapping[UUID, int]) -> Decimal:
    """Return what units taken out of an order cost the shopper: discounts off, taxes in.

    At the prices of the sale, not today's. Counted from the first unit on, so that all units of a
    line together make exactly its price. `units` are those in it before.
    """
    back = ZERO
    for item in order.items.all():
        if quantity := taken.get(item.pk, 0):
            gone = item.quantity - units[item.pk]
            back += _share(order, item, gone + quantity) - _share(order, item, gone)
    return back


def changes_of(order: Order, *statuses: str) -> list[Change]:
    """Return the edits of an order's lines that are in one of these states, the oldest first."""
    rows = OrderChange.objects.filter(
        order=order, what=OrderChange.Subject.LINES, status__in=statuses
    ).order_by("id")
    return [Change(row, _lines(order, row), -row.difference) for row in rows]


def unsettled(order_id: UUID) -> list[OrderChange]:
    """Return the edits of an order whose money is still to be given back, the oldest first."""
    waiting = OrderChange.objects.filter(
        order=order_id, status=OrderChange.Status.APPLIED, settled_at=None
    )
    return list(waiting.order_by("id"))


def lessened(limit: int) -> list[UUID]:
    """Return orders that have such edits."""
    waiting = OrderChange.objects.filter(status=OrderChange.Status.APPLIED, settled_at=None)
    return list(waiting.order_by("applied_at").values_list("order_id", flat=True)[:limit])


def taken_by(change: OrderChange) -> dict[UUID, int]:
    """Return the units that an edit takes out, by line; nothing of one that was erased."""
    before = change.old_values.get("quantities", {})
    after = change.new_values.get("quantities", {})
    return {UUID(line): units - after.get(line, 0) for line, units in before.items()}


def _lines(order: Order, change: OrderChange) -> list[TakenOut]:
    taken = taken_by(change)
    return [TakenOut(item, taken[item.pk]) for item in order.items.all() if item.pk in taken]


def _share(order: Order, item: OrderItem, units: int) -> Decimal:
    on_top = ZERO if order.prices_include_tax else item.tax_amount
    price = item.line_total - item.discount_amount + on_top
    return round_money(price * units / item.quantity)
