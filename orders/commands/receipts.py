"""Goods that have come back: what came, in which condition, and what is due for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from inventory import commands as inventory
from orders.commands.mails import tell_return
from orders.commands.returns import locked_return
from orders.errors import InvalidReturn
from orders.models import Order, OrderReturn, OrderReturnItem
from orders.queries import DueLine, ReturnFact, due_of, units_sent
from orders.signals import return_received
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

LONGEST_NOTE = 255
STILL_SENT = frozenset({Order.Status.CONFIRMED, Order.Status.PROCESSING})
Kind, Status, Resolution = OrderReturn.Kind, OrderReturn.Status, OrderReturn.Resolution


@dataclass(frozen=True, kw_only=True)
class ReceivedLine:
    """So many units that came back; `restock`: they are sold again."""

    order_item_id: UUID
    quantity: int
    restock: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Due:
    """What a return is settled with: units with the part of their price, and perhaps shipping.

    `key` names this settlement and no other.
    """

    order_return: OrderReturn
    lines: Sequence[DueLine]
    with_shipping: bool
    key: str


@command
def receive_return(
    *, return_id: UUID, lines: Sequence[ReceivedLine], by: UUID | None = None
) -> OrderReturn:
    """Write down what came of a return, perhaps not all; what is sold again is back on its shelf.

    Payments hear of it and give back what is due. Raises ReturnNotFound, InvalidReturn,
    InvalidTransition.
    """
    order, row = locked_return(return_id)
    if not row.is_awaited:
        raise InvalidTransition(f"{row} can't be received: it is {row.get_status_display()}.")
    items = {item.order_item_id: item for item in row.items.all()}
    _check(lines, items)
    for line in lines:
        _note(items[line.order_item_id], line)
    is_whole = all(item.quantity_awaited == 0 for item in items.values())
    row.move_to(
        Status.RECEIVED if is_whole else Status.PARTIALLY_RECEIVED,
        received_at=row.received_at or timezone.now(),
    )
    _mark_returned(order)
    came = sum(item.quantity_received for item in items.values())
    tell_return(order, row, ReturnFact.RECEIVED, step=str(came))
    announce(return_received, return_id=row.pk)
    inventory.take_back(
        order_id=order.pk,
        units={line.order_item_id: line.quantity for line in lines if line.restock},
        reason=row.return_number,
        by=by,
        only_sent=True,
    )
    return row


@command
def accept_claim(*, return_id: UUID, by: UUID | None = None) -> OrderReturn:
    """Give the money of a claim back without waiting for goods: nothing came, or it is broken.

    Raises ReturnNotFound, InvalidTransition.
    """
    order, row = locked_return(return_id)
    if row.kind != Kind.CLAIM or row.resolution != Resolution.REFUND:
        raise InvalidTransition(f"{row} isn't a claim for money.")
    if row.status == Status.REQUESTED:
        row.move_to(Status.APPROVED, approved_at=timezone.now())
    row.move_to(Status.CLOSED, closed_at=timezone.now())
    tell_return(order, row, ReturnFact.CLOSED)
    announce(return_received, return_id=row.pk)
    return row


@command
def close_return(
    *, return_id: UUID, note: str, is_sent_back: bool = False, by: UUID | None = None
) -> OrderReturn:
    """End a return with a word to the shopper: no more goods are waited for.

    `is_sent_back`: what came goes to the shopper again, and no money does. Raises ReturnNotFound,
    InvalidReturn, InvalidTransition.
    """
    order, row = locked_return(return_id)
    note = " ".join(note.split())
    if not 0 < len(note) <= LONGEST_NOTE or "\0" in note:
        raise InvalidReturn("Please write down why: the shopper reads it.")
    settled = any(item.quantity_settled for item in row.items.all())
    if is_sent_back and (settled or row.status == Status.APPROVED):
        raise InvalidReturn("There is nothing to send back, or its money is on its way already.")
    nothing_came = row.status == Status.APPROVED
    resolution = Resolution.SENT_BACK if is_sent_back else row.resolution
    row.move_to(
        Status.CANCELLED if nothing_came else Status.CLOSED,
        closed_at=timezone.now(),
        decision=note,
        resolution=resolution,
    )
    tell_return(order, row, ReturnFact.CLOSED)
    return row


@command
def take_due(*, return_id: UUID) -> Due | None:
    """Take on to settle what is due for a return, and close it when nothing more will come.

    The caller sends the money in the same transaction. None when nothing is due. Raises
    ReturnNotFound. Safe to repeat.
    """
    order, row = locked_return(return_id)
    lines = due_of(row)
    if not lines:
        return None
    items = {item.order_item_id: item for item in row.items.all()}
    before = sum(item.quantity_settled for item in items.values())
    for line in lines:
        item = items[line.order_item_id]
        item.quantity_settled += line.quantity
        item.save(update_fields=["quantity_settled", "updated_at"])
    if row.status == Status.RECEIVED and row.resolution != Resolution.EXCHANGE:
        row.move_to(Status.CLOSED, closed_at=timezone.now())
    return Due(
        order_return=row,
        lines=lines,
        with_shipping=before == 0 and row.kind == Kind.WITHDRAWAL and _is_whole(order, row),
        key=f"{row.return_number}:{before}",
    )


def _check(lines: Sequence[ReceivedLine], items: Mapping[UUID, OrderReturnItem]) -> None:
    ids = {line.order_item_id for line in lines}
    if not lines or len(ids) < len(lines) or not ids <= items.keys():
        raise InvalidReturn("Please write down what came.")
    for line in lines:
        if not 0 < line.quantity <= items[line.order_item_id].quantity_awaited:
            raise InvalidReturn("So many aren't waited for. Please count again.")
        if len(line.note) > LONGEST_NOTE or "\0" in line.note:
            raise InvalidReturn("Please shorten or correct the note.")


def _note(item: OrderReturnItem, line: ReceivedLine) -> None:
    item.quantity_received += line.quantity
    item.restock = line.restock
    item.condition_note = " ".join(line.note.split()) or item.condition_note
    item.save(update_fields=["quantity_received", "restock", "condition_note", "updated_at"])


def _mark_returned(order: Order) -> None:
    came = OrderReturnItem.objects.filter(order_return__order=order).aggregate(
        units=Sum("quantity_received")
    )
    if order.status not in STILL_SENT and _sent(order) == came["units"]:
        order.fulfilment_status = Order.FulfilmentStatus.RETURNED
        order.save(update_fields=["fulfilment_status", "updated_at"])


def _is_whole(order: Order, row: OrderReturn) -> bool:
    """Whether all of the order comes back: then what its delivery cost does too (article 13)."""
    is_all_sent = order.status not in STILL_SENT
    return is_all_sent and _sent(order) == sum(item.quantity for item in row.items.all())


def _sent(order: Order) -> int:
    return sum(units_sent(order.pk).values())
