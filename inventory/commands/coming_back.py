"""Units of order lines that are sold again: not sent at all, or sent and come back."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet, Sum

from inventory.commands.ledger import announce_move, entry, locked, tell_catalog
from inventory.models import InventoryReservation, InventoryTransaction
from shopflow.lib.transactions import command

Status = InventoryReservation.Status
Type = InventoryTransaction.Type


@dataclass
class _Move:
    """What one stock row gets: units promised no more, units on its shelf again."""

    released: int = 0
    returned: int = 0


@command
def take_back(
    *,
    order_id: UUID,
    units: Mapping[UUID, int],
    reason: str = "",
    by: UUID | None = None,
    only_sent: bool = False,
) -> int:
    """Sell units of order lines (by line) again, and return how many.

    What is still promised to a line is released and so never sent; of what was sent, units come
    back to the shelf they left, with a line of the ledger. Never more come back than were sent:
    the rest of `units` is left alone. `only_sent` leaves what is still promised as it is. The
    caller holds the order's lock.
    """
    moves: dict[UUID, _Move] = defaultdict(_Move)
    for item_id, wanted in sorted(units.items()):
        released = 0 if only_sent else _release(item_id, wanted, moves)
        _bring_back(order_id, item_id, wanted - released, moves)
    back: list[UUID] = []
    for stock_id, move in sorted(moves.items(), key=lambda one: one[0]):
        if not move.released + move.returned:
            continue
        stock = locked(stock_id)
        if stock.quantity_available < 1:
            back.append(stock.variant_id)
        stock.quantity_reserved -= move.released
        stock.quantity_on_hand += move.returned
        stock.save(update_fields=["quantity_on_hand", "quantity_reserved", "updated_at"])
        if move.returned:
            line = entry(stock, Type.RETURN, move.returned, order_id=order_id, by=by, reason=reason)
            line.save()
        announce_move([stock.variant_id])
    tell_catalog(back)
    return sum(move.released + move.returned for move in moves.values())


def _release(item_id: UUID, wanted: int, moves: dict[UUID, _Move]) -> int:
    """Release up to so many units that are promised to a line; what stays promised goes on."""
    released = 0
    for promise in _of_line(item_id, Status.HELD, Status.COMMITTED).select_for_update(no_key=True):
        units = min(promise.quantity, wanted - released)
        if units == 0:
            break
        if units == promise.quantity:
            promise.move_to(Status.RELEASED, expires_at=None)
        else:
            promise.quantity -= units
            promise.save(update_fields=["quantity", "updated_at"])
            InventoryReservation.objects.create(
                inventory_id=promise.inventory_id,
                order_id=promise.order_id,
                order_item_id=item_id,
                quantity=units,
                status=Status.RELEASED,
            )
        released += units
        moves[promise.inventory_id].released += units
    return released


def _bring_back(order_id: UUID, item_id: UUID, wanted: int, moves: dict[UUID, _Move]) -> None:
    """Let up to so many sent units of a line come back, to the stock rows they left."""
    for sent in _of_line(item_id, Status.FULFILLED) if wanted else ():
        away = _still_away(order_id, sent.inventory_id) - moves[sent.inventory_id].returned
        units = min(wanted, sent.quantity, away)
        moves[sent.inventory_id].returned += units
        wanted -= units


def _of_line(item_id: UUID, *statuses: str) -> "QuerySet[InventoryReservation]":
    return InventoryReservation.objects.filter(order_item=item_id, status__in=statuses).order_by(
        "pk"
    )


def _still_away(order_id: UUID, stock_id: UUID) -> int:
    """Return how many units of an order left this stock row and haven't come back."""
    moves = InventoryTransaction.objects.filter(
        order=order_id, inventory=stock_id, type__in=[Type.SALE, Type.RETURN]
    )
    return -(moves.aggregate(units=Sum("quantity_change"))["units"] or 0)
