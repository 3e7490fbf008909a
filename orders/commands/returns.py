"""Goods on their way back: asked for, allowed or not, called off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalog.models import ProductVariant
from orders.commands.history import locked
from orders.commands.mails import tell_return
from orders.errors import (
    ExchangeCostsMore,
    InvalidReturn,
    NothingToReturn,
    ReturnNotFound,
    ReturnTooLate,
    UnitsNotReturnable,
)
from orders.models import Order, OrderItem, OrderReturn, OrderReturnItem
from orders.queries import ASKED, ReturnFact, is_late, is_returnable, units_left
from shopflow.lib.transactions import command

LONGEST_COMMENT = 2000
LONGEST_DECISION = 255
Kind, Status, Resolution = OrderReturn.Kind, OrderReturn.Status, OrderReturn.Resolution


@dataclass(frozen=True, kw_only=True)
class ReturnLine:
    """So many units of an order line that come back, and what is wanted instead."""

    order_item_id: UUID
    quantity: int
    reason: str
    wanted_variant_id: UUID | None = None


@command
def request_return(
    *,
    order_id: UUID,
    lines: Sequence[ReturnLine],
    kind: str,
    resolution: str,
    comment: str = "",
    by: UUID | None = None,
    is_late_allowed: bool = False,
) -> OrderReturn:
    """Write down what a shopper wants to send back and what for; staff decide.

    Never more units than were shipped and aren't on their way back. `is_late_allowed` is for
    staff. Raises OrderNotFound, InvalidReturn, NothingToReturn, UnitsNotReturnable, ReturnTooLate,
    ExchangeCostsMore.
    """
    order = locked(order_id)
    if resolution not in ASKED.get(Kind(kind) if kind in Kind.values else Kind.WITHDRAWAL, ()):
        raise InvalidReturn
    if not is_late_allowed and not is_returnable(order=order, kind=kind):
        raise ReturnTooLate if is_late(order=order, kind=kind) else NothingToReturn
    check_lines(order, lines)
    _check_wishes(lines, is_exchange=kind == Kind.EXCHANGE)
    row = insert_return(
        order, lines, kind=kind, resolution=resolution, comment=_checked(comment), created_by_id=by
    )
    tell_return(order, row, ReturnFact.REQUESTED)
    return row


@command
def approve_return(*, return_id: UUID, note: str = "", by: UUID | None = None) -> OrderReturn:
    """Let the goods come: the shopper gets the address and what to write on the box.

    Raises ReturnNotFound, InvalidReturn, InvalidTransition.
    """
    order, row = locked_return(return_id)
    row.move_to(Status.APPROVED, approved_at=timezone.now(), decision=_decision(note))
    tell_return(order, row, ReturnFact.APPROVED)
    return row


@command
def refuse_return(*, return_id: UUID, reason: str, by: UUID | None = None) -> OrderReturn:
    """Say no, and why. Raises ReturnNotFound, InvalidReturn, InvalidTransition."""
    order, row = locked_return(return_id)
    if not reason.strip():
        raise InvalidReturn("Please write down why not: the shopper reads it.")
    row.move_to(Status.DECLINED, closed_at=timezone.now(), decision=_decision(reason))
    tell_return(order, row, ReturnFact.DECLINED)
    return row


@command
def call_off_return(*, return_id: UUID, by: UUID | None = None) -> OrderReturn:
    """Let a shopper keep the goods after all, while nothing has come; a withdrawal stays.

    Raises ReturnNotFound, InvalidTransition. One that is called off stays as it is.
    Safe to repeat.
    """
    _order, row = locked_return(return_id)
    if row.status == Status.CANCELLED:
        return row
    if row.kind == Kind.WITHDRAWAL:
        raise InvalidReturn("The contract has ended by the withdrawal. Please order again.")
    row.move_to(Status.CANCELLED, closed_at=timezone.now())
    return row


def check_lines(order: Order, lines: Sequence[ReturnLine]) -> None:
    """Refuse units that can't come back: raises InvalidReturn, NothingToReturn, UnitsNotReturnable.

    The order must be locked, else two returns of the last unit both find it.
    """
    left = units_left(order.pk)
    if not any(units > 0 for units in left.values()):
        raise NothingToReturn
    ids = {line.order_item_id for line in lines}
    is_odd = any(
        line.quantity < 1 or line.reason not in OrderReturnItem.Reason.values for line in lines
    )
    if not lines or len(ids) < len(lines) or is_odd:
        raise InvalidReturn
    short = [line for line in lines if line.quantity > left.get(line.order_item_id, 0)]
    if short:
        raise UnitsNotReturnable(
            lines=[
                {"item": str(line.order_item_id), "left": max(left.get(line.order_item_id, 0), 0)}
                for line in short
            ]
        )


def insert_return(order: Order, lines: Sequence[ReturnLine], **facts: Any) -> OrderReturn:
    """Write a return of a locked order, with the next number of that order."""
    number = OrderReturn.objects.filter(order=order).count() + 1
    row = OrderReturn.objects.create(
        order=order,
        user_id=order.user_id,
        return_number=f"{order.order_number.replace('ORD', 'RET', 1)}-{number}",
        **facts,
    )
    OrderReturnItem.objects.bulk_create(
        OrderReturnItem(
            order_return=row,
            order_item_id=line.order_item_id,
            quantity=line.quantity,
            reason=line.reason,
            wanted_variant_id=line.wanted_variant_id,
        )
        for line in lines
    )
    return row


def locked_return(return_id: UUID) -> tuple[Order, OrderReturn]:
    """Return an order and its return, both locked, the order first; raises ReturnNotFound."""
    order_id = OrderReturn.objects.filter(pk=return_id).values_list("order", flat=True).first()
    if order_id is None:
        raise ReturnNotFound
    order = locked(order_id)
    return order, OrderReturn.objects.select_for_update(no_key=True).get(pk=return_id)


def _check_wishes(lines: Sequence[ReturnLine], *, is_exchange: bool) -> None:
    """Only an exchange wants something instead: another form of the product, at no more."""
    wishes = {line.order_item_id: line.wanted_variant_id for line in lines}
    if any((wish is not None) != is_exchange for wish in wishes.values()):
        raise InvalidReturn("Please choose what you want instead." if is_exchange else "")
    if not is_exchange:
        return
    items = OrderItem.objects.in_bulk(wishes)
    variants = ProductVariant.objects.filter(is_active=True, deleted_at=None)
    wanted = variants.in_bulk(wishes.values())
    for item_id, variant_id in wishes.items():
        item, variant = items[item_id], wanted.get(variant_id)
        if variant is None or variant.product_id != item.product_id:
            raise InvalidReturn("Please choose what you want instead.")
        if variant.pk == item.variant_id:
            raise InvalidReturn("This is what you have. Please choose another one.")
        if variant.price > item.unit_price:
            raise ExchangeCostsMore


def _checked(comment: str) -> str:
    if len(comment) > LONGEST_COMMENT or "\0" in comment:
        raise InvalidReturn("Please shorten or correct your words.")
    return comment.strip()


def _decision(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_DECISION or "\0" in text:
        raise InvalidReturn("Please shorten or correct the reason.")
    return text
