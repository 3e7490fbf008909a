"""The webhook inbox: verified, stored, answered; processed in any order, any number of times."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from payments.commands.state import check_amounts, record_state
from payments.errors import AmountMismatch
from payments.gateways import gateway
from payments.gateways.base import ProviderEvent
from payments.models import Payment, PaymentEvent
from payments.signals import event_received
from shopflow.lib.ids import event_id
from shopflow.lib.news import announce
from shopflow.lib.roles import Role
from shopflow.lib.transactions import command, reading_as

log = logging.getLogger(__name__)
FIRST_WAIT = timedelta(seconds=10)
MOST_DOUBLINGS = 9  # about an hour and a half


def receive(*, provider: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Verify a provider's event and put it into the inbox, once.

    Raises UnknownProvider, InvalidSignature, StaleSignature, MalformedEvent, and AmountMismatch
    when it speaks of other money than we asked for. Safe to repeat.
    """
    event = gateway(provider).verify_webhook(body=body, headers=headers, now=timezone.now())
    # A provider is nobody's customer: its word is weighed against anybody's payment.
    with reading_as(role=Role.WORKER):
        payment = _payment_of(provider, event)
    if payment is not None:
        check_amounts(payment, event.payment)
    _store(provider=provider, event=event)


@command
def process_event(*, event_id: UUID) -> str:
    """Let an event of the inbox take effect; return what came of it.

    What it says about a person is forgotten then. Safe to repeat: a processed event does nothing.
    """
    row = PaymentEvent.objects.select_for_update(no_key=True).get(pk=event_id)
    if row.processed_at is not None:
        return row.outcome
    provider = gateway(row.provider)
    event = provider.read_event(row.payload)
    payment = _payment_of(row.provider, event)
    if payment is None:
        log.error("event %s names a payment we never made", row.pk)
        row.outcome = "unknown_payment"
    else:
        try:
            record_state(payment_id=payment.pk, seen=event.payment)
            row.outcome = "done"
        except AmountMismatch as error:  # raised before anything is changed
            row.outcome = error.code
    row.processed_at = timezone.now()
    row.last_error = ""
    row.payload = provider.forget(event.payload)
    row.save(update_fields=["processed_at", "outcome", "last_error", "payload"])
    return row.outcome


@command
def claim_waiting(*, limit: int = 100) -> list[UUID]:
    """Return events that wait to be processed, and put off their next try. Safe to repeat."""
    now = timezone.now()
    waiting = (
        PaymentEvent.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(processed_at=None, next_try_at__lte=now)
        .order_by("next_try_at")[:limit]
    )
    rows = list(waiting)
    for row in rows:
        row.attempts += 1
        row.next_try_at = now + FIRST_WAIT * 2 ** min(row.attempts, MOST_DOUBLINGS)
    PaymentEvent.objects.bulk_update(rows, ["attempts", "next_try_at"])
    return [row.pk for row in rows]


@command
def note_failure(*, event_id: UUID, reason: str) -> None:
    """Write down why an event couldn't be processed; the sweep tries again.

    Safe to repeat.
    """
    PaymentEvent.objects.filter(pk=event_id, processed_at=None).update(last_error=reason[:255])


@command
def _store(*, provider: str, event: ProviderEvent) -> None:
    row = PaymentEvent(
        id=event_id(provider, event.id, event.occurred_at),
        provider=provider,
        provider_event_id=event.id[:100],
        type=event.type[:100],
        payload=event.payload,
    )
    # The primary key refuses a second delivery of the same event.
    PaymentEvent.objects.bulk_create([row], ignore_conflicts=True)
    announce(event_received, event_id=row.pk)


def _payment_of(provider: str, event: ProviderEvent) -> Payment | None:
    try:
        payment_id = UUID(event.payment.key)
    except ValueError:
        return None
    return Payment.objects.filter(pk=payment_id, provider=provider).first()
