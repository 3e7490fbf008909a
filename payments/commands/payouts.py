"""What a provider paid out, line by line, matched with our payments, refunds and disputes."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from payments.gateways.base import ProviderPayout, ProviderPayoutLine
from payments.models import Dispute, Payment, Payout, PayoutLine, Refund
from shopflow.lib.money import ZERO
from shopflow.lib.transactions import command

Type = PayoutLine.Type


@command
def record_payout(*, provider: str, seen: ProviderPayout) -> Payout:
    """Write down a payout and whatever of its lines is new, each with what it is about.

    It counts as matched once its lines add up and each charge, refund and dispute is one of ours.
    Safe to repeat: what couldn't be matched then may be now.
    """
    payout, _ = Payout.objects.get_or_create(
        provider=provider,
        provider_payout_id=seen.id,
        defaults={"currency": seen.amount.currency, "amount": seen.amount.amount},
    )
    payout = Payout.objects.select_for_update(no_key=True).get(pk=payout.pk)
    if seen.status in Payout.TRANSITIONS.get(payout.status, ()):
        payout.move_to(seen.status, paid_at=payout.paid_at or _paid_at(seen.status))
    known = {line.provider_line_id: line for line in payout.lines.all()}
    for line in seen.lines:
        _note_line(payout, known.get(line.id), line)
    payout.arrives_on = seen.arrives_on
    payout.reconciled_at = payout.reconciled_at or _matched_at(payout)
    payout.save(update_fields=["arrives_on", "reconciled_at", "updated_at"])
    return payout


def _paid_at(status: str) -> datetime | None:
    return timezone.now() if status == Payout.Status.PAID else None


def _note_line(payout: Payout, line: PayoutLine | None, seen: ProviderPayoutLine) -> None:
    """Write a new line down, or match one that wasn't; what a line says never changes."""
    if line is None:
        line = PayoutLine(
            payout=payout,
            provider_line_id=seen.id,
            type=seen.type,
            amount=seen.amount,
            fee=seen.fee,
            description=seen.description[:255],
        )
    about = _about(payout.provider, seen)
    if line._state.adding or any(getattr(line, name) != row for name, row in about.items()):
        for name, row in about.items():
            setattr(line, name, row)
        line.save()


def _about(provider: str, seen: ProviderPayoutLine) -> dict[str, Any]:
    """Return the row of ours that a line is about, by the column that names it."""
    found: Any = None
    if seen.type == Type.CHARGE:
        found = Payment.objects.filter(provider=provider, provider_payment_id=seen.subject_id)
        return {"payment": found.first()}
    if seen.type == Type.REFUND:
        found = Refund.objects.filter(
            payment__provider=provider, provider_refund_id=seen.subject_id
        )
        return {"refund": found.first()}
    if seen.type == Type.DISPUTE:
        found = Dispute.objects.filter(provider=provider, provider_dispute_id=seen.subject_id)
        return {"dispute": found.first()}
    return {}


def _matched_at(payout: Payout) -> datetime | None:
    lines = list(payout.lines.all())
    adds_up = sum((line.amount - line.fee for line in lines), ZERO) == payout.amount
    return timezone.now() if adds_up and all(line.is_matched for line in lines) else None
