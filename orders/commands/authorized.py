"""Orders whose money is promised by the bank and taken later."""

from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from inventory import commands as inventory
from orders.commands.history import locked, step
from orders.commands.lifecycle import cancel
from orders.commands.mails import tell
from orders.models import Order
from orders.queries import Fact
from orders.signals import order_paid, papers_wanted
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

LOST = "The bank let go of the promised money"


@command
def promise(*, order_id: UUID, paid: Decimal) -> Order:
    """Confirm an order whose money is authorized and commit its stock; nothing was taken yet.

    `paid` is what came already, by gift cards. Raises InvalidTransition. An order that is
    promised stays as it is. Safe to repeat.
    """
    order = locked(order_id)
    if order.payment_status == Order.PaymentStatus.AUTHORIZED:
        return order
    if not order.is_payable:
        raise InvalidTransition(f"{order} can't be confirmed: it is {order.status}.")
    step(
        order,
        Order.Status.CONFIRMED,
        notes="Money authorized",
        payment_status=Order.PaymentStatus.AUTHORIZED,
        amount_paid=paid,
        confirmed_at=timezone.now(),
    )
    inventory.commit(order_id=order.pk)
    return order


@command
def collect(*, order_id: UUID, paid: Decimal) -> Order:
    """Note that promised money was taken: all that is wanted, be it less than the total.

    `paid` is what came in all, in the order's currency. Safe to repeat.
    """
    order = locked(order_id)
    if order.payment_status != Order.PaymentStatus.AUTHORIZED:
        return order
    order.payment_status, order.amount_paid = Order.PaymentStatus.PAID, paid
    order.papers_wanted_at = timezone.now()
    order.save(update_fields=["payment_status", "amount_paid", "papers_wanted_at", "updated_at"])
    tell(order, Fact.PAID)
    announce(order_paid, order_id=order.pk)
    announce(papers_wanted, order_id=order.pk)
    return order


@command
def lose_promise(*, order_id: UUID) -> Order:
    """Note that promised money will never come; what hasn't left isn't sold any more.

    What has left stays unpaid, for staff to see. Safe to repeat.
    """
    order = locked(order_id)
    if order.payment_status != Order.PaymentStatus.AUTHORIZED:
        return order
    order.payment_status = Order.PaymentStatus.UNPAID
    order.save(update_fields=["payment_status", "updated_at"])
    if order.is_cancellable:
        return cancel(order_id=order_id, reason=LOST)
    return order
