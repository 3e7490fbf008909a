"""The worker's side of payments: one task per row, and the sweeps that find what a task missed."""

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from celery import shared_task
from django.db import OperationalError

from orders.queries import overdue
from payments import commands
from payments.queries import unclaimed_orders, unsettled_orders, waiting_refunds
from shopflow.lib.errors import DomainError

log = logging.getLogger(__name__)
BATCH = 100


@shared_task(acks_late=True, ignore_result=True)
def process_event(event_id: str) -> None:
    """Let one event take effect. Safe to repeat."""
    try:
        commands.process_event(event_id=UUID(event_id))
    except (DomainError, OperationalError) as error:
        log.warning("event %s: %s", event_id, error)
        commands.note_failure(event_id=UUID(event_id), reason=str(error))


@shared_task(acks_late=True, ignore_result=True)
def process_waiting_events() -> None:
    """Process the events whose doorbell was lost. Safe to repeat."""
    for event_id in commands.claim_waiting(limit=BATCH):
        process_event(str(event_id))


@shared_task(acks_late=True, ignore_result=True)
def settle_refund(refund_id: str) -> None:
    """Send one refund to its provider. Safe to repeat."""
    commands.settle_refund(refund_id=UUID(refund_id))


@shared_task(acks_late=True, ignore_result=True)
def settle_refunds() -> None:
    """Send the refunds that are due. Safe to repeat."""
    _each(waiting_refunds(BATCH), lambda refund_id: commands.settle_refund(refund_id=refund_id))


@shared_task(acks_late=True, ignore_result=True)
def settle_cancelled_order(order_id: str) -> None:
    """Void or refund what is left of one cancelled order. Safe to repeat."""
    _each([UUID(order_id)], lambda order_id: commands.settle_cancelled(order_id=order_id))


@shared_task(acks_late=True, ignore_result=True)
def settle_cancelled() -> None:
    """Void or refund what is left of cancelled orders. Safe to repeat."""
    _each(unsettled_orders(BATCH), lambda order_id: commands.settle_cancelled(order_id=order_id))


@shared_task(acks_late=True, ignore_result=True)
def expire_unpaid() -> None:
    """Expire the orders whose payment window has passed. Safe to repeat."""
    _each(
        overdue(BATCH),
        lambda order_id: commands.close_unpaid(order_id=order_id, only_overdue=True),
    )


@shared_task(acks_late=True, ignore_result=True)
def claim_payments(order_id: str) -> None:
    """Let the money of one claimed order belong to whose it is. Safe to repeat."""
    commands.claim_payments(order_id=UUID(order_id))


@shared_task(acks_late=True, ignore_result=True)
def claim_waiting_payments() -> None:
    """Find the claims whose doorbell was lost. Safe to repeat."""
    _each(unclaimed_orders(BATCH), lambda order_id: commands.claim_payments(order_id=order_id))


def _each(ids: Iterable[UUID], work: Callable[[UUID], None]) -> None:
    """Do each on its own: one that fails waits for the next sweep and stops no other."""
    for row_id in ids:
        try:
            work(row_id)
        except (DomainError, OperationalError) as error:
            log.warning("%s: %s; the next sweep tries again", row_id, error)
