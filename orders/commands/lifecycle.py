"""What becomes of an order: paid, expired, cancelled, given back."""

from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from inventory import commands as inventory
from orders.commands.history import locked, step
from orders.commands.mails import tell
from orders.errors import (
    GiftCardsSent,
    OrderNotCancellable,
    OrderPartlyShipped,
    PaymentDoesNotFit,
)
from orders.models import Order
from orders.queries import Fact, is_overdue
from orders.signals import order_cancelled, order_paid, papers_wanted
from promotions import commands as promotions
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

PaymentStatus = Order.PaymentStatus
Status = Order.Status


@command
def confirm(*, order_id: UUID, amount: Decimal) -> Order:
    """Mark an order paid with exactly its total and commit its stock.

    Raises PaymentDoesNotFit, InvalidTransition. A confirmed order stays as it is.
    Safe to repeat.
    """
    order = locked(order_id)
    is_paid = amount in {order.amount_paid, order.total}
    if order.status not in {Status.PENDING, Status.CANCELLED} and is_paid:
        return order
    if not order.is_payable:
        raise InvalidTransition(f"{order} can't be confirmed: it is {order.status}.")
    if amount != order.total:
        raise PaymentDoesNotFit
    step(
        order,
        Status.CONFIRMED,
        payment_status=PaymentStatus.PAID,
        # Beside what came before and went back, being too little.
        amount_paid=order.amount_refunded + amount,
        confirmed_at=timezone.now(),
        papers_wanted_at=timezone.now(),
    )
    tell(order, Fact.PAID)
    announce(papers_wanted, order_id=order.pk)
    announce(order_paid, order_id=order.pk)
    inventory.commit(order_id=order.pk)
    return order


@command
def reopen(*, order_id: UUID, amount: Decimal) -> Order:
    """Bring an expired order back because its payment came late and its stock is still there.

    Raises OutOfStock when it isn't, InvalidTransition when the order was cancelled by somebody,
    PaymentDoesNotFit.
    """
    order = locked(order_id)
    if not order.has_expired:
        raise InvalidTransition(f"{order} was cancelled and stays so.")
    if amount != order.total:
        raise PaymentDoesNotFit
    now = timezone.now()
    step(
        order,
        Status.CONFIRMED,
        notes="Paid late, stock found again",
        payment_status=PaymentStatus.PAID,
        amount_paid=amount,
        confirmed_at=now,
        papers_wanted_at=now,
        cancelled_at=None,
        cancel_reason="",
    )
    tell(order, Fact.PAID)
    announce(papers_wanted, order_id=order.pk)
    announce(order_paid, order_id=order.pk)
    promotions.take_again(order_id=order.pk)
    inventory.reserve(
        order_id=order.pk,
        wanted=[
            inventory.Wanted(
                order_item_id=item.pk, variant_id=item.variant_id, quantity=item.quantity
            )
            for item in order.items.all()
            if not item.is_gift_card
        ],
        expires_at=now,
    )
    inventory.commit(order_id=order.pk)
    return order


@command
def expire(*, order_id: UUID, only_overdue: bool = False) -> Order:
    """Cancel an order that wasn't paid in time and give its stock and coupon back.

    An order that isn't pending any more stays as it is, and with `only_overdue` one that may be
    paid for a while yet: somebody has begun to pay since it was looked for. Safe to repeat.
    """
    order = locked(order_id)
    if order.status == Status.PENDING and (is_overdue(order_id) or not only_overdue):
        _fall_through(order, reason=Order.EXPIRED, by=None)
    return order


@command
def cancel(*, order_id: UUID, reason: str, by: UUID | None = None) -> Order:
    """Cancel an order that hasn't shipped; stock and coupon go back, money follows.

    Raises OrderNotFound, OrderNotCancellable, OrderPartlyShipped, GiftCardsSent. A cancelled order
    stays as it is.
    Safe to repeat.
    """
    order = locked(order_id)
    if order.status == Status.CANCELLED:
        return order
    if not order.is_cancellable:
        raise OrderPartlyShipped if order.is_partly_shipped else OrderNotCancellable
    has_paid = order.payment_status not in {PaymentStatus.UNPAID, PaymentStatus.AUTHORIZED}
    if has_paid and order.items.filter(gift_cards__isnull=False).exists():
        raise GiftCardsSent
    if reason == Order.EXPIRED:
        reason = "by the shop"  # "expired" alone means that a late payment may reopen it
    _fall_through(order, reason=reason[:100], by=by)
    return order


@command
def record_money(
    *, order_id: UUID, paid: Decimal, refunded: Decimal, is_disputed: bool | None = None
) -> Order:
    """Write down how much came for an order and how much is on its way back, in all.

    Amounts are in the order's currency. While a bank decides over some of it the order
    `is_disputed`; None leaves that as it is. Safe to repeat.
    """
    order = locked(order_id)
    if is_disputed is None:
        is_disputed = order.payment_status == PaymentStatus.DISPUTED
    order.amount_paid, order.amount_refunded = paid, refunded
    order.payment_status = PaymentStatus.DISPUTED if is_disputed else _payment_status(order)
    order.save(update_fields=["amount_paid", "amount_refunded", "payment_status", "updated_at"])
    return order


@command
def mark_refunded(*, order_id: UUID, by: UUID | None = None) -> Order:
    """Note that all money of a paid order has gone back; what hasn't left is sold again.

    An order that keeps money, or whose status doesn't lead there (a cancelled one), stays as it
    is. Safe to repeat.
    """
    order = locked(order_id)
    is_given_back = order.amount_paid > 0 and order.amount_refunded == order.amount_paid
    if is_given_back and Status.REFUNDED in Order.TRANSITIONS.get(order.status, ()):
        step(order, Status.REFUNDED, by=by)
        if order.shipped_at is None:
            inventory.release(order_id=order.pk)
    return order


def _payment_status(order: Order) -> str:
    kept = order.amount_paid - order.amount_refunded
    if order.amount_paid == 0:
        return PaymentStatus.UNPAID if order.total else PaymentStatus.PAID
    if kept == 0:
        return PaymentStatus.REFUNDED
    return PaymentStatus.PAID if kept >= order.total else PaymentStatus.PARTIALLY_REFUNDED


def _fall_through(order: Order, *, reason: str, by: UUID | None) -> None:
    step(
        order,
        Status.CANCELLED,
        by=by,
        notes=reason,
        # Another machine's clock may have been ahead of this one's.
        cancelled_at=max(timezone.now(), order.placed_at),
        cancel_reason=reason,
    )
    tell(order, Fact.EXPIRED if reason == Order.EXPIRED else Fact.CANCELLED)
    promotions.give_back(order_id=order.pk)
    announce(order_cancelled, order_id=order.pk)
    inventory.release(order_id=order.pk, expired=reason == Order.EXPIRED)
