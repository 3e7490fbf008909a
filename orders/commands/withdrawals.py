"""Withdrawing from a contract: article 11a of Directive 2011/83/EU, by Directive (EU) 2023/2673.

It needs nobody's leave. What hasn't left is cancelled; what has comes back, and the money with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from orders.commands.changes import apply_change, propose_change
from orders.commands.history import locked
from orders.commands.lifecycle import cancel
from orders.commands.mails import tell
from orders.commands.returns import ReturnLine, check_lines, insert_return
from orders.errors import InvalidReturn, NothingToReturn, WithdrawalTooLate
from orders.models import Order, OrderReturn, OrderReturnItem
from orders.queries import ReturnFact, is_late, is_returnable, left_to_ship, moment, units_left
from shopflow.lib.transactions import command

LONGEST_NAME = 200
WITHDRAWN = "withdrawn from the contract"
Kind, Status, Resolution = OrderReturn.Kind, OrderReturn.Status, OrderReturn.Resolution


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """What became of a withdrawal: a cancelled order, or goods that are to come back."""

    order: Order
    order_return: OrderReturn | None
    at: datetime


@command
def withdraw(
    *, order_id: UUID, name: str, units: dict[UUID, int] | None = None, by: UUID | None = None
) -> Withdrawal:
    """End the contract of an order, or the part of it that `units` (by line) names.

    An order of which nothing has left is cancelled whole. The receipt, with what was declared and
    when, is mailed at once. Raises OrderNotFound, InvalidReturn, NothingToReturn,
    UnitsNotReturnable, WithdrawalTooLate.
    """
    order = locked(order_id)
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidReturn("Please enter your name.")
    at = timezone.now()
    if order.is_cancellable:
        cancel(order_id=order_id, reason=WITHDRAWN, by=by)
        _confirm_receipt(order, None, name, at)
        return Withdrawal(order=Order.objects.get(pk=order_id), order_return=None, at=at)
    if units is None and order.is_shippable:
        _keep_the_rest(order, by)
    lines = _lines(order, units)
    if not is_returnable(order=order, kind=Kind.WITHDRAWAL):
        raise WithdrawalTooLate if is_late(order=order, kind=Kind.WITHDRAWAL) else NothingToReturn
    check_lines(order, lines)
    row = insert_return(
        order,
        lines,
        kind=Kind.WITHDRAWAL,
        status=Status.APPROVED,
        resolution=Resolution.REFUND,
        approved_at=at,
        created_by_id=by,
    )
    _confirm_receipt(order, row, name, at)
    return Withdrawal(order=order, order_return=row, at=at)


def _keep_the_rest(order: Order, by: UUID | None) -> None:
    """Take what hasn't left out of an order of which a parcel has: it isn't sent any more."""
    left = {item_id: quantity for item_id, quantity in left_to_ship(order.pk).items() if quantity}
    if left:
        change = propose_change(order_id=order.pk, units=left, reason=WITHDRAWN, by=by)
        apply_change(change_id=change.pk, expected_difference=change.difference, by=by)
        order.refresh_from_db()


def _lines(order: Order, units: dict[UUID, int] | None) -> Sequence[ReturnLine]:
    wanted = units_left(order.pk) if units is None else units
    return [
        ReturnLine(
            order_item_id=item_id, quantity=quantity, reason=OrderReturnItem.Reason.WITHDRAWAL
        )
        for item_id, quantity in wanted.items()
        if quantity
    ]


def _confirm_receipt(order: Order, row: OrderReturn | None, name: str, at: datetime) -> None:
    """On a durable medium, with the content and the time of the declaration (article 11a (4))."""
    tell(
        order,
        ReturnFact.WITHDRAWN,
        reference=str(row.pk if row else order.pk),
        return_number=row.return_number if row else "",
        name=name,
        at=moment(at),
    )
