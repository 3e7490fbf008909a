"""Money of units that were taken out of a paid order."""

from decimal import Decimal
from uuid import UUID

from django.db.models import F

from orders import commands as orders
from orders.models import Order, OrderChange
from orders.queries import taken_by, unsettled
from payments.commands.gift_refunds import refund_to_cards
from payments.commands.line_refunds import RefundLine, refund_lines
from payments.errors import LineRefundedAlready, RefundTooMuch
from payments.models import Payment
from shopflow.lib.transactions import command

REASON = "Taken out of the order"


@command
def settle_changes(*, order_id: UUID) -> None:
    """Give back what was taken out of an order: to its gift cards first, the rest by its payment.

    Each edit once, however often this is asked. Money that hasn't come yet is waited for. Raises
    RefundTooMuch (the next sweep tries again). Safe to repeat.
    """
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    for change in unsettled(order_id):
        _give_back(change)
        orders.note_settled(change_id=change.pk)


def _give_back(change: OrderChange) -> None:
    back = -change.difference
    if back > 0:
        back -= refund_to_cards(
            order_id=change.order_id, amount=back, reason=REASON, by=change.created_by_id
        )
    if back > 0:
        try:
            _refund(change, back)
        except LineRefundedAlready:
            return  # somebody sent it back by hand


def _refund(change: OrderChange, amount: Decimal) -> None:
    captured = Payment.objects.filter(order=change.order_id, amount_captured__gt=0)
    open_ones = captured.exclude(status=Payment.Status.DISPUTED)
    payment = open_ones.order_by(F("amount_refunded") - F("amount_captured")).first()
    if payment is None:
        raise RefundTooMuch
    refund_lines(
        payment_id=payment.pk,
        lines=[RefundLine(order_item_id=i, quantity=n) for i, n in taken_by(change).items()],
        amount=amount,
        reason=REASON,
        by=change.created_by_id,
        key=f"change:{change.pk}",
    )
