"""Sending money back: written down first, then asked of the provider, any number of times."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from orders import commands as orders
from orders.models import Order
from payments.errors import InvalidRefund, PaymentDisputed, PaymentNotFound, RefundTooMuch
from payments.gateways import gateway
from payments.gateways.base import GatewayRefused, GatewayUnavailable, ProviderRefund
from payments.models import Payment, Refund
from payments.queries import money_of
from payments.signals import refund_asked
from shopflow.lib.ids import new_id
from shopflow.lib.money import ZERO, Money, round_money
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

LONGEST_WAIT = timedelta(hours=1)
MOST_DOUBLINGS = 10  # longer than the longest wait, far from what a timedelta can't hold
MOST = Decimal(10**10)  # NUMERIC(12,2)


@command
def refund(
    *,
    payment_id: UUID,
    amount: Decimal,
    reason: str,
    by: UUID | None = None,
    key: str = "",
    shipping: Decimal = ZERO,
    restock: bool = False,
    order_return_id: UUID | None = None,
) -> Refund:
    """Write down a refund (in the payment's currency); the worker sends it to the provider.

    `shipping` is how much of it is for shipping; `restock` notes that its goods are sold again.
    A `key` that was used for this payment before returns its refund: a form sent twice sends
    money once. Raises PaymentNotFound, InvalidRefund, PaymentDisputed, RefundTooMuch.
    """
    # Comparing something that isn't a number would raise, rounding something huge as well.
    if not amount.is_finite() or not 0 < amount < MOST or amount != round_money(amount):
        raise InvalidRefund
    payment = locked(payment_id)
    if (earlier := refund_of(payment, key)) is not None:
        return earlier
    if payment.status == Payment.Status.DISPUTED:
        raise PaymentDisputed
    if amount > payment.amount_captured - payment.amount_refunded:
        raise RefundTooMuch
    _change_refunded(payment, amount)
    refund_id = new_id()
    row = Refund.objects.create(
        id=refund_id,
        payment=payment,
        order_id=payment.order_id,
        user_id=payment.user_id,
        order_return_id=order_return_id,
        amount=amount,
        shipping_amount=shipping,
        currency=payment.currency,
        reason=reason[:255],
        restock=restock,
        idempotency_key=key or str(refund_id),
        created_by_id=by,
    )
    announce(refund_asked, refund_id=row.pk)
    return row


def refund_of(payment: Payment, key: str) -> Refund | None:
    """Return a locked payment's refund under this key; raises InvalidRefund for another's key."""
    found = Refund.objects.filter(idempotency_key=key).first() if key else None
    if found is not None and found.payment_id != payment.pk:
        raise InvalidRefund
    return found


def settle_refund(*, refund_id: UUID) -> None:
    """Send a waiting refund to the provider and record the answer.

    Talks to the gateway. Not answering postpones it; a definite no gives the money back to the
    payment's balance for staff to see. Safe to repeat.
    """
    row = Refund.objects.select_related("payment").filter(pk=refund_id).first()
    if row is None or row.status != Refund.Status.PENDING:
        return
    try:
        answer = _ask(row)
    except GatewayUnavailable as error:
        _postpone(refund_id=refund_id, reason=str(error))
    except GatewayRefused as error:
        _fail(refund_id=refund_id, reason=str(error))
    else:
        _record_answer(refund_id=refund_id, answer=answer)


def locked(payment_id: UUID) -> Payment:
    """Lock the order first, then the payment: the shop's lock order."""
    order_id = Payment.objects.values_list("order_id", flat=True).filter(pk=payment_id).first()
    if order_id is None:
        raise PaymentNotFound
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    return Payment.objects.select_for_update(no_key=True).get(pk=payment_id)


def _ask(row: Refund) -> ProviderRefund:
    adapter = gateway(row.payment.provider)
    if row.provider_refund_id:
        # Asking with the same key would only bring back the first answer: still pending.
        return adapter.fetch_refund(refund_id=row.provider_refund_id, currency=row.currency)
    return adapter.refund(
        payment_id=row.payment.provider_payment_id,
        amount=Money(row.amount, row.currency),
        key=row.idempotency_key,
    )


def _record_answer(*, refund_id: UUID, answer: ProviderRefund) -> None:
    if answer.status == "succeeded":
        _succeed(refund_id=refund_id, provider_refund_id=answer.id)
    elif answer.status == "failed":
        _fail(refund_id=refund_id, reason="The provider couldn't send it.")
    else:
        _postpone(
            refund_id=refund_id,
            reason="The provider is still working on it.",
            provider_refund_id=answer.id,
        )


@command
def _succeed(*, refund_id: UUID, provider_refund_id: str) -> None:
    payment = locked(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
    row = Refund.objects.select_for_update(no_key=True).get(pk=refund_id)
    if row.status != Refund.Status.PENDING:
        return
    row.move_to(
        Refund.Status.SUCCEEDED,
        provider_refund_id=provider_refund_id,
        succeeded_at=timezone.now(),
    )
    orders.tell_refund(order_id=payment.order_id, refund_id=row.pk, amount=row.amount)
    waiting = Refund.objects.filter(payment__order=payment.order_id, status=Refund.Status.PENDING)
    if not waiting.exists():
        orders.mark_refunded(order_id=payment.order_id, by=row.created_by_id)
        orders.want_papers(order_id=payment.order_id)


@command
def _postpone(*, refund_id: UUID, reason: str, provider_refund_id: str = "") -> None:
    row = Refund.objects.select_for_update(no_key=True).get(pk=refund_id)
    row.attempts += 1
    wait = timedelta(seconds=5 * 2 ** min(row.attempts, MOST_DOUBLINGS))
    row.next_try_at = timezone.now() + min(wait, LONGEST_WAIT)
    row.last_error = reason[:255]
    row.provider_refund_id = provider_refund_id or row.provider_refund_id
    row.save(
        update_fields=[
            "attempts",
            "next_try_at",
            "last_error",
            "provider_refund_id",
            "updated_at",
        ]
    )


@command
def _fail(*, refund_id: UUID, reason: str) -> None:
    payment = locked(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
    row = Refund.objects.select_for_update(no_key=True).get(pk=refund_id)
    if row.status == Refund.Status.PENDING:
        row.move_to(Refund.Status.FAILED, last_error=reason[:255])
        _change_refunded(payment, -row.amount)


def settled(payment: Payment, refunded: Decimal) -> str:
    """Return the status of a payment that brought money and gave so much of it back."""
    if refunded == 0:
        return Payment.Status.CAPTURED
    if refunded == payment.amount_captured:
        return Payment.Status.REFUNDED
    return Payment.Status.PARTIALLY_REFUNDED


def note_money(order_id: UUID, *, is_disputed: bool | None = None) -> None:
    """Write down on an order what its payments and gift cards took and gave back."""
    paid, refunded = money_of(order_id)
    orders.record_money(order_id=order_id, paid=paid, refunded=refunded, is_disputed=is_disputed)


def _change_refunded(payment: Payment, change: Decimal) -> None:
    refunded = payment.amount_refunded + change
    is_disputed = payment.status == Payment.Status.DISPUTED
    status = Payment.Status.DISPUTED if is_disputed else settled(payment, refunded)
    payment.move_to(status, amount_refunded=refunded)
    note_money(payment.order_id)
