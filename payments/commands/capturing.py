"""Taking money that is authorized, or letting it go."""

from decimal import Decimal
from uuid import UUID

from orders.models import Order
from payments.commands.closing import void_open
from payments.commands.state import record_state
from payments.errors import CaptureUnderWay, InvalidCapture, NotAuthorized, PaymentNotFound
from payments.gateways import gateway
from payments.gateways.base import GatewayRefused
from payments.models import Payment
from shopflow.lib.money import Money, round_money
from shopflow.lib.transactions import command


def capture_payment(*, payment_id: UUID, amount: Decimal | None = None) -> Payment:
    """Take the authorized money of an attempt, or a part of it (in its currency), once.

    What isn't taken is let go. Talks to the gateway, between two short transactions: what was
    asked is written down first, and asking again asks for the same. Raises PaymentNotFound,
    NotAuthorized, InvalidCapture, CaptureUnderWay, GatewayUnavailable, GatewayRefused.
    Safe to repeat.
    """
    payment, asked = _ask(payment_id=payment_id, amount=amount)
    if payment.status != Payment.Status.AUTHORIZED:
        return payment
    adapter = gateway(payment.provider)
    try:
        seen = adapter.capture(
            payment_id=payment.provider_payment_id,
            amount=Money(asked, payment.currency),
            key=f"capture-{payment.pk}",
        )
    except GatewayRefused:
        _withdraw(payment_id=payment_id)
        record_state(
            payment_id=payment_id, seen=adapter.fetch(payment_id=payment.provider_payment_id)
        )
        raise
    return record_state(payment_id=payment_id, seen=seen)


def release_payment(*, payment_id: UUID) -> Payment:
    """Let go of authorized money; its order is cancelled, unless it has left already.

    Talks to the gateway. Raises PaymentNotFound, NotAuthorized, GatewayUnavailable. Safe to repeat.
    """
    payment = _read(payment_id=payment_id)
    if payment.status == Payment.Status.VOIDED:
        return payment
    if payment.status != Payment.Status.AUTHORIZED or payment.capture_asked is not None:
        raise NotAuthorized
    void_open(order_id=payment.order_id)
    return _read(payment_id=payment_id)


@command
def _read(*, payment_id: UUID) -> Payment:
    return _locked(payment_id)


@command
def _ask(*, payment_id: UUID, amount: Decimal | None) -> tuple[Payment, Decimal]:
    """Write down how much is to be taken; return the payment as it is and that amount."""
    payment = _locked(payment_id)
    wanted = payment.amount if amount is None else amount
    if not wanted.is_finite() or not 0 < wanted <= payment.amount or wanted != round_money(wanted):
        raise InvalidCapture
    if payment.amount_captured and payment.amount_captured == (amount or payment.amount_captured):
        return payment, payment.amount_captured
    if payment.status != Payment.Status.AUTHORIZED:
        raise NotAuthorized
    if payment.capture_asked is not None:
        if amount is not None and amount != payment.capture_asked:
            raise CaptureUnderWay
        return payment, payment.capture_asked
    payment.capture_asked = wanted
    payment.save(update_fields=["capture_asked", "updated_at"])
    return payment, wanted


@command
def _withdraw(*, payment_id: UUID) -> None:
    payment = _locked(payment_id)
    if payment.status == Payment.Status.AUTHORIZED:
        payment.capture_asked = None
        payment.save(update_fields=["capture_asked", "updated_at"])


def _locked(payment_id: UUID) -> Payment:
    """Lock the order first, then the payment: the shop's lock order."""
    order_id = Payment.objects.values_list("order_id", flat=True).filter(pk=payment_id).first()
    if order_id is None:
        raise PaymentNotFound
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    return Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
