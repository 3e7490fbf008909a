"""Giving back what goods that came back have cost."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from orders import commands as orders
from orders.commands import Due
from orders.models import Order, OrderReturn
from payments.commands.gift_cards import issue_credit
from payments.commands.gift_refunds import refund_to_cards
from payments.commands.line_refunds import RefundLine, refund_lines
from payments.models import Payment
from payments.queries import OrderLeft, left_of_order
from shopflow.lib.money import ZERO, round_money
from shopflow.lib.transactions import command


@command
def settle_return(*, return_id: UUID) -> None:
    """Give back what is due for a return: for its units once, however often it is asked.

    The amounts are what the units cost, discounts off and taxes in; a whole withdrawal gets the
    delivery back too (article 13 (1) of Directive 2011/83/EU). Never more than is left of what
    was paid. Raises ReturnNotFound. Safe to repeat.
    """
    due = orders.take_due(return_id=return_id)
    if due is None:
        return
    order = due.order_return.order
    left = left_of_order(order)
    lines, amount = _priced(due, left)
    shipping = left.shipping if due.with_shipping else ZERO
    total = min(amount + shipping, order.amount_paid - order.amount_refunded)
    if not total:
        return
    reason = due.order_return.return_number
    if due.order_return.resolution == OrderReturn.Resolution.GIFT_CARD:
        issue_credit(order_id=order.pk, amount=total, reason=reason)
        return
    # What gift cards paid goes back to them first: returning goods makes no cash of them.
    total -= refund_to_cards(order_id=order.pk, amount=total, reason=reason)
    payment = _paid_by(order)
    if payment is not None and total:
        refund_lines(
            payment_id=payment.pk,
            lines=lines,
            shipping=shipping,
            amount=min(total, payment.amount_captured - payment.amount_refunded),
            reason=reason,
            key=due.key,
            order_return_id=return_id,
        )


def _priced(due: Due, left: OrderLeft) -> tuple[Sequence[RefundLine], Decimal]:
    """Return the units that staff haven't given back by hand, and what is due for them."""
    lines, amount = [], ZERO
    for line in due.lines:
        of_line = left.lines[line.order_item_id]
        units = min(line.quantity, of_line.quantity)
        part = round_money(of_line.amount_of(units) * line.part) if units else ZERO
        if part:
            lines.append(RefundLine(order_item_id=line.order_item_id, quantity=units))
            amount += part
    return lines, amount


def _paid_by(order: Order) -> Payment | None:
    """Return the payment of which most is left."""
    kept = F("amount_captured") - F("amount_refunded")
    payments = Payment.objects.filter(order=order, amount_captured__gt=F("amount_refunded"))
    return payments.order_by(kept.desc(), "pk").first()
