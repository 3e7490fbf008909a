"""The worker's side of payments: one task per row, and the sweeps that find what a task missed."""

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from celery import shared_task
from django.db import OperationalError

from orders.queries import lessened, overdue, unsettled_returns
from payments import commands
from payments.queries import (
    cards_to_send,
    removed_cards,
    shipped_uncaptured,
    unclaimed_orders,
    unissued_orders,
    unsettled_orders,
    waiting_refunds,
)
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
def settle_return(return_id: str) -> None:
    """Give back what is due for one return. Safe to repeat."""
    _each([UUID(return_id)], lambda return_id: commands.settle_return(return_id=return_id))


@shared_task(acks_late=True, ignore_result=True)
def settle_returns() -> None:
    """Give back what is due for returns whose doorbell was lost. Safe to repeat."""
    _each(unsettled_returns(BATCH), lambda return_id: commands.settle_return(return_id=return_id))


@shared_task(acks_late=True, ignore_result=True)
def settle_changes_of(order_id: str) -> None:
    """Give back what was taken out of one order. Safe to repeat."""
    _each([UUID(order_id)], lambda order_id: commands.settle_changes(order_id=order_id))


@shared_task(acks_late=True, ignore_result=True)
def settle_changes() -> None:
    """Give back what was taken out of orders. Safe to repeat."""
    _each(lessened(BATCH), lambda order_id: commands.settle_changes(order_id=order_id))


@shared_task(acks_late=True, ignore_result=True)
def expire_unpaid() -> None:
    """Expire the orders whose payment window has passed. Safe to repeat."""
    _each(
        overdue(BATCH),
        lambda order_id: commands.close_unpaid(order_id=order_id, only_overdue=True),
    )


@shared_task(acks_late=True, ignore_result=True)
def capture_due() -> None:
    """Take authorized money whose goods have left, or that staff began to take. Safe to repeat."""
    _each(shipped_uncaptured(BATCH), _capture)


@shared_task(acks_late=True, ignore_result=True)
def detach_removed_cards() -> None:
    """Let providers forget the removed cards whose doorbell was lost. Safe to repeat."""
    _each(removed_cards(BATCH), lambda pk: commands.detach_method(method_id=pk))


@shared_task(acks_late=True, ignore_result=True)
def claim_payments(order_id: str) -> None:
    """Let the money of one claimed order belong to whose it is. Safe to repeat."""
    commands.claim_payments(order_id=UUID(order_id))


@shared_task(acks_late=True, ignore_result=True)
def claim_waiting_payments() -> None:
    """Find the claims whose doorbell was lost. Safe to repeat."""
    _each(unclaimed_orders(BATCH), lambda order_id: commands.claim_payments(order_id=order_id))


@shared_task(acks_late=True, ignore_result=True)
def reconcile() -> None:
    """Compare the providers' ledgers with ours and heal what can be. Safe to repeat."""
    commands.reconcile()


@shared_task(acks_late=True, ignore_result=True)
def issue_gift_cards_of(order_id: str) -> None:
    """Make and mail the gift cards of one paid order. Safe to repeat."""
    _each([UUID(order_id)], _issue)


@shared_task(acks_late=True, ignore_result=True)
def issue_gift_cards() -> None:
    """Make the gift cards whose doorbell was lost. Safe to repeat."""
    _each(unissued_orders(BATCH), _issue)


@shared_task(acks_late=True, ignore_result=True)
def send_gift_cards() -> None:
    """Mail the gift cards whose day has come. Safe to repeat."""
    _each(cards_to_send(BATCH), lambda card_id: commands.send_card(card_id=card_id))


def _capture(payment_id: UUID) -> None:
    commands.capture_payment(payment_id=payment_id)


def _issue(order_id: UUID) -> None:
    for card_id in commands.issue_bought(order_id=order_id):
        commands.send_card(card_id=card_id)


def _each(ids: Iterable[UUID], work: Callable[[UUID], None]) -> None:
    """Do each on its own: one that fails waits for the next sweep and stops no other."""
    for row_id in ids:
        try:
            work(row_id)
        except (DomainError, OperationalError) as error:
            log.warning("%s: %s; the next sweep tries again", row_id, error)
