"""Card holders who ask their bank for the money back: the bank's word becomes our books'."""

import logging
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.utils import timezone

from orders import commands as orders
from payments.commands.refunds import locked, note_money, settled
from payments.errors import AmountMismatch, DisputeNotFound, DisputeOver, DisputeTooEarly
from payments.gateways import gateway
from payments.gateways.base import ProviderDispute
from payments.models import Dispute, Payment, Refund
from payments.models.disputes import DISPUTE_OVER
from shopflow.lib.ids import new_id
from shopflow.lib.transactions import command

log = logging.getLogger(__name__)
Status = Dispute.Status
LOST = (Status.LOST, Status.ACCEPTED)
LONGEST_EVIDENCE = 20_000


@command
def record_dispute(*, provider: str, seen: ProviderDispute) -> str:
    """Bring a dispute, its payment and its order to what the provider reports; say what came of it.

    While the bank decides, nothing of the payment can be given back. A dispute that is lost took
    the money; one that is won leaves everything as it was. Reports may come in any order and any
    number of times: what the bank has decided stays. Raises DisputeTooEarly before the payment's
    money is known. Safe to repeat.
    """
    found = Payment.objects.filter(provider=provider, provider_payment_id=seen.payment_id).first()
    if found is None:
        log.error("dispute %s names a payment we never made", seen.id)
        return "unknown_payment"
    payment = locked(found.pk)
    fits = seen.amount.currency == payment.currency and 0 < seen.amount.amount <= payment.amount
    if not fits:
        log.error("dispute %s is over %s of payment %s", seen.id, seen.amount, payment.pk)
        return AmountMismatch.code
    if payment.amount_captured == 0:
        raise DisputeTooEarly
    dispute = _opened(provider, payment, seen)
    if seen.status in Dispute.TRANSITIONS.get(dispute.status, ()):
        _follow(dispute, seen.status)
        if dispute.status in LOST:
            _book_loss(payment, dispute)
    _note_state(payment)
    return "done"


def answer_dispute(*, dispute_id: UUID, text: str) -> Dispute:
    """Send the shop's evidence to the bank, in words, and note that it was.

    Talks to the gateway; the same text is sent once. Raises DisputeNotFound, DisputeOver,
    GatewayUnavailable, GatewayRefused.
    """
    dispute = Dispute.objects.filter(pk=dispute_id).first()
    if dispute is None:
        raise DisputeNotFound
    if dispute.closed_at is not None:
        raise DisputeOver
    text = text[:LONGEST_EVIDENCE]
    digest = sha256(text.encode()).hexdigest()[:16]
    seen = gateway(dispute.provider).send_evidence(
        dispute_id=dispute.provider_dispute_id, text=text, key=f"{dispute.pk}-{digest}"
    )
    record_dispute(provider=dispute.provider, seen=seen)
    return _note_answered(dispute_id=dispute_id)


def _opened(provider: str, payment: Payment, seen: ProviderDispute) -> Dispute:
    """Return the row of a dispute, new where it wasn't known; its due date is the latest news."""
    dispute, is_new = Dispute.objects.get_or_create(
        provider=provider,
        provider_dispute_id=seen.id,
        defaults={
            "payment": payment,
            "reason": seen.reason[:50],
            "amount": seen.amount.amount,
            "currency": seen.amount.currency,
            "opened_at": seen.opened_at,
            "evidence_due_at": seen.evidence_due_at,
        },
    )
    if not is_new and dispute.closed_at is None and seen.evidence_due_at:
        dispute.evidence_due_at = seen.evidence_due_at
        dispute.save(update_fields=["evidence_due_at", "updated_at"])
    return dispute


def _follow(dispute: Dispute, status: str) -> None:
    closed_at: datetime | None = timezone.now() if status in DISPUTE_OVER else None
    dispute.move_to(status, closed_at=closed_at)


def _book_loss(payment: Payment, dispute: Dispute) -> None:
    """Write down that the bank took the money: a refund that nobody asks the provider for.

    What was on its way back already isn't counted twice.
    """
    left = payment.amount_captured - payment.amount_refunded
    amount: Decimal = min(dispute.amount, left)
    if amount == 0:
        return
    refund_id = new_id()
    Refund.objects.create(
        id=refund_id,
        payment=payment,
        order_id=payment.order_id,
        user_id=payment.user_id,
        dispute=dispute,
        amount=amount,
        currency=payment.currency,
        reason="Dispute lost",
        status=Refund.Status.SUCCEEDED,
        succeeded_at=timezone.now(),
        idempotency_key=str(refund_id),
    )
    payment.move_to(Payment.Status.DISPUTED, amount_refunded=payment.amount_refunded + amount)


def _note_state(payment: Payment) -> None:
    """Let payment and order say whether a bank still decides over their money."""
    open_ = Dispute.objects.filter(payment__order=payment.order_id, closed_at=None)
    is_held = open_.filter(payment=payment).exists()
    status = Payment.Status.DISPUTED if is_held else settled(payment, payment.amount_refunded)
    if status != payment.status:
        payment.move_to(status)
    note_money(payment.order_id, is_disputed=open_.exists())
    waiting = Refund.objects.filter(payment__order=payment.order_id, status=Refund.Status.PENDING)
    if not is_held and not waiting.exists():
        orders.mark_refunded(order_id=payment.order_id)


@command
def _note_answered(*, dispute_id: UUID) -> Dispute:
    dispute = Dispute.objects.select_for_update(no_key=True).get(pk=dispute_id)
    dispute.evidence_sent_at = timezone.now()
    dispute.save(update_fields=["evidence_sent_at", "updated_at"])
    return dispute
