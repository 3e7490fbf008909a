"""The webhook inbox: verified, stored, answered; processed in any order, any number of times."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from payments.commands.disputes import record_dispute
from payments.commands.methods import keep_method
from payments.commands.state import check_amounts, record_state
from payments.errors import AmountMismatch
from payments.gateways import gateway
from payments.gateways.base import ProviderEvent, ProviderPayment
from payments.models import Payment, PaymentEvent
from payments.signals import event_received
from shopflow.lib.errors import DomainError
from shopflow.lib.ids import event_id as id_of
from shopflow.lib.news import announce
from shopflow.lib.roles import Role
from shopflow.lib.transactions import command, reading_as

log = logging.getLogger(__name__)
FIRST_WAIT = timedelta(seconds=10)
HAVE_MONEY = frozenset({"authorized", "captured"})
MOST_DOUBLINGS = 9  # about an hour and a half


def receive(*, provider: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Verify a provider's event and put it into the inbox, once.

    Raises UnknownProvider, InvalidSignature, StaleSignature, MalformedEvent, and AmountMismatch
    when it speaks of other money than we asked for. Safe to repeat.
    """
    event = gateway(provider).verify_webhook(body=body, headers=headers, now=timezone.now())
    if event.payment is not None:
        # A provider is nobody's customer: its word is weighed against anybody's payment.
        with reading_as(role=Role.WORKER):
            payment = _payment_of(provider, event.payment)
        if payment is not None:
            check_amounts(payment, event.payment)
    _store(provider=provider, event=event)


def process_event(*, event_id: UUID) -> str:
    """Let an event of the inbox take effect; return what came of it.

    What an event only names is asked of the gateway first, outside of transactions. What it says
    about a person is forgotten then. Raises GatewayUnavailable, GatewayRefused. Safe to repeat: a
    processed event does nothing.
    """
    row = _read(event_id=event_id)
    if row.processed_at is not None:
        return row.outcome
    provider = gateway(row.provider)
    event = provider.complete(provider.read_event(row.payload))
    return _apply(event_id=event_id, event=event, left=provider.forget(event.payload))


def replay_event(*, event_id: UUID) -> str:
    """Let an event that was given up take effect after all; return what came of it.

    If it fails again, the sweep takes it up as if it were new. Talks to the gateway where needed.
    Safe to repeat.
    """
    _take_up(event_id=event_id)
    try:
        return process_event(event_id=event_id)
    except DomainError as error:
        note_failure(event_id=event_id, reason=str(error))
        raise


@command
def claim_waiting(*, limit: int = 100) -> list[UUID]:
    """Return events that wait to be processed, and put off their next try.

    Those that failed too often are left to staff. Safe to repeat.
    """
    now = timezone.now()
    waiting = (
        PaymentEvent.objects.select_for_update(skip_locked=True, no_key=True)
        .waiting()
        .filter(next_try_at__lte=now)
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
def _read(*, event_id: UUID) -> PaymentEvent:
    return PaymentEvent.objects.get(pk=event_id)


@command
def _take_up(*, event_id: UUID) -> None:
    rows = PaymentEvent.objects.filter(pk=event_id, processed_at=None)
    rows.update(attempts=0, next_try_at=timezone.now() + FIRST_WAIT)


@command
def _apply(*, event_id: UUID, event: ProviderEvent, left: dict[str, Any]) -> str:
    row = PaymentEvent.objects.select_for_update(no_key=True).get(pk=event_id)
    if row.processed_at is not None:
        return row.outcome
    row.outcome = _effect(row, event)
    row.processed_at = timezone.now()
    row.last_error = ""
    row.payload = left
    row.save(update_fields=["processed_at", "outcome", "last_error", "payload"])
    return row.outcome


def _effect(row: PaymentEvent, event: ProviderEvent) -> str:
    if event.dispute is not None:
        return record_dispute(provider=row.provider, seen=event.dispute)
    if event.payment is None:
        return "ignored"
    payment = _payment_of(row.provider, event.payment)
    if payment is None:
        log.error("event %s names a payment we never made", row.pk)
        return "unknown_payment"
    try:
        record_state(payment_id=payment.pk, seen=event.payment)
    except AmountMismatch as error:  # raised before anything is changed
        return error.code
    if event.payment.kept is not None and event.payment.status in HAVE_MONEY:
        keep_method(payment_id=payment.pk, kept=event.payment.kept)
    return "done"


@command
def _store(*, provider: str, event: ProviderEvent) -> None:
    row = PaymentEvent(
        id=id_of(provider, event.id, event.occurred_at),
        provider=provider,
        provider_event_id=event.id[:100],
        type=event.type[:100],
        payload=event.payload,
    )
    # The primary key refuses a second delivery of the same event.
    PaymentEvent.objects.bulk_create([row], ignore_conflicts=True)
    announce(event_received, event_id=row.pk)


def _payment_of(provider: str, seen: ProviderPayment) -> Payment | None:
    try:
        payment_id = UUID(seen.key)
    except ValueError:
        return None
    return Payment.objects.filter(pk=payment_id, provider=provider).first()
