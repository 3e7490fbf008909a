"""What the provider says about a payment becomes what our books say."""

import logging
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from inventory.errors import OutOfStock
from orders import commands as orders
from orders.errors import PaymentDoesNotFit
from orders.models import Order
from payments.commands.gift_holds import spend, take_again
from payments.commands.refunds import note_money, refund
from payments.errors import AmountMismatch, GiftCardEmpty, GiftCardNotUsable, PaymentNotFound
from payments.gateways.base import ProviderPayment
from payments.models import Payment
from payments.models.payments import LIVE
from payments.queries import held_on, money_of
from promotions.errors import CouponRefused
from shopflow.lib.transactions import command

log = logging.getLogger(__name__)
Status = Payment.Status
# What the provider may report before any money came; later reports of these change nothing.
BEFORE_MONEY = {Status.REQUIRES_ACTION, Status.AUTHORIZED, Status.FAILED, Status.VOIDED}


@command
def record_state(*, payment_id: UUID, seen: ProviderPayment) -> Payment:
    """Bring a payment, and with it its order, to what the provider reports.

    Reports may come in any order and any number of times: money only ever grows, and an older
    report changes nothing. Money for a closed order reserves stock again or goes back.
    Raises PaymentNotFound, AmountMismatch. Safe to repeat.
    """
    payment, order = _locked(payment_id)
    check_amounts(payment, seen)
    before, refused_before = payment.status, payment.failure_code
    _note_details(payment, seen)
    if seen.captured.amount > payment.amount_captured:
        _capture(payment, order, seen.captured.amount)
    elif _is_news(payment, seen):
        payment.move_to(
            seen.status,
            failure_code=seen.failure_code[:50],
            failure_reason=seen.failure_reason[:255],
        )
        _follow(payment, order, before)
    if payment.failure_code != refused_before and payment.failure_code:
        orders.tell_failed_payment(order_id=order.pk, payment_id=payment.pk)
    return payment


def check_amounts(payment: Payment, seen: ProviderPayment) -> None:
    """Raise AmountMismatch unless the provider speaks of exactly the money we asked for.

    Of authorized money staff may take a part, here or at the provider.
    """
    may_be_part = payment.status == Status.AUTHORIZED or payment.capture_asked is not None
    fits = (
        seen.amount.currency == payment.currency
        and seen.amount.amount == payment.amount
        and seen.captured.currency == payment.currency
        and (
            seen.captured.amount in {Decimal(0), payment.amount}
            or (may_be_part and seen.captured.amount < payment.amount)
        )
        and seen.key == str(payment.pk)
    )
    if not fits:
        log.error(
            "payment %s: the provider reports %s of %s", payment.pk, seen.captured, seen.amount
        )
        raise AmountMismatch


def _is_news(payment: Payment, seen: ProviderPayment) -> bool:
    """Whether a report without new money moves the payment on; an older one doesn't."""
    is_open = payment.status not in {Status.FAILED, Status.VOIDED}
    is_possible = seen.status in Payment.TRANSITIONS.get(payment.status, ())
    return is_open and is_possible and seen.status in BEFORE_MONEY


def _locked(payment_id: UUID) -> tuple[Payment, Order]:
    """Lock the order first, then the payment: the shop's lock order."""
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise PaymentNotFound
    order = Order.objects.select_for_update(no_key=True).get(pk=payment.order_id)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    payment.order = order
    return payment, order


def _note_details(payment: Payment, seen: ProviderPayment) -> None:
    details: dict[str, Any] = {
        "provider_payment_id": seen.id,
        "redirect_url": seen.redirect_url or payment.redirect_url,
        "card_brand": seen.card_brand[:20] or payment.card_brand,
        "card_last_four": seen.card_last_four[:4] or payment.card_last_four,
    }
    if payment.status in LIVE and seen.failure_code:
        # A declined card: the shopper may try another, so the status stays.
        details["failure_code"] = seen.failure_code[:50]
        details["failure_reason"] = seen.failure_reason[:255]
    changed = [name for name, value in details.items() if getattr(payment, name) != value]
    for name in changed:
        setattr(payment, name, details[name])
    if changed:
        payment.save(update_fields=[*changed, "updated_at"])


def _follow(payment: Payment, order: Order, before: str) -> None:
    """Let the order follow an attempt that got, or lost, the promise of money."""
    if payment.status == Status.AUTHORIZED:
        if order.is_payable and payment.amount + held_on(order.pk) >= order.total:
            spend(order_id=order.pk, wanted=order.total - payment.amount)
            orders.promise(order_id=order.pk, paid=money_of(order.pk)[0])
    elif before == Status.AUTHORIZED:
        orders.lose_promise(order_id=order.pk)


def _capture(payment: Payment, order: Order, captured: Decimal) -> None:
    payment.move_to(
        Status.CAPTURED,
        amount_captured=captured,
        captured_at=timezone.now(),
        failure_code="",
        failure_reason="",
    )
    is_promised = order.payment_status == Order.PaymentStatus.AUTHORIZED
    if is_promised and order.status != Order.Status.CANCELLED:
        orders.collect(order_id=order.pk, paid=money_of(order.pk)[0])
    elif order.is_payable and captured + held_on(order.pk) >= order.total:
        spent = spend(order_id=order.pk, wanted=order.total - captured)
        orders.confirm(order_id=order.pk, amount=captured + spent)
    elif not (order.has_expired and _reopened(order, captured)):
        _send_back(payment, order)


def _reopened(order: Order, captured: Decimal) -> bool:
    """Try to sell what expired once more; the savepoint undoes a try that finds no stock."""
    if order.amount_paid:
        return False
    try:
        with transaction.atomic():
            take_again(order_id=order.pk)
            spent = spend(order_id=order.pk, wanted=order.total - captured)
            orders.reopen(order_id=order.pk, amount=captured + spent)
    except (OutOfStock, CouponRefused, GiftCardEmpty, GiftCardNotUsable, PaymentDoesNotFit):
        return False
    return True


def _send_back(payment: Payment, order: Order) -> None:
    """Money nobody may keep: the order is closed, paid by another attempt, or costs more."""
    note_money(order.pk)
    refund(
        payment_id=payment.pk,
        amount=payment.amount_captured - payment.amount_refunded,
        reason="The order was closed or paid already",
    )
