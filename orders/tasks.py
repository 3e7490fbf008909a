"""The worker's side of orders."""

import logging
from uuid import UUID

from celery import shared_task
from django.db import OperationalError

from orders import commands
from orders.queries import claimants, undrawn_papers, wanting_papers
from shopflow.lib.errors import DomainError

log = logging.getLogger(__name__)
BATCH = 100


@shared_task(acks_late=True, ignore_result=True)
def claim_orders(user_id: str) -> None:
    """Give somebody the orders of their verified e-mail, in batches. Safe to repeat."""
    while commands.claim_orders(user_id=UUID(user_id)):
        pass


@shared_task(acks_late=True, ignore_result=True)
def claim_waiting_orders() -> None:
    """Find the claims whose doorbell was lost. Safe to repeat."""
    for user_id in claimants(BATCH):
        commands.claim_orders(user_id=user_id)


@shared_task(acks_late=True, ignore_result=True)
def issue_papers(order_id: str) -> None:
    """Issue an order's invoice or credit note. Safe to repeat."""
    commands.issue_papers(order_id=UUID(order_id))


@shared_task(acks_late=True, ignore_result=True)
def draw_paper(invoice_id: str) -> None:
    """Draw one document. Safe to repeat."""
    commands.draw_paper(invoice_id=UUID(invoice_id))


@shared_task(acks_late=True, ignore_result=True)
def make_papers() -> None:
    """Issue and draw what a task missed; one that fails stops no other. Safe to repeat."""
    for order_id in wanting_papers(BATCH):
        try:
            commands.issue_papers(order_id=order_id)
        except (DomainError, OperationalError) as error:
            log.warning("papers of %s: %s; the next sweep tries again", order_id, error)
    for invoice_id in undrawn_papers(BATCH):
        try:
            commands.draw_paper(invoice_id=invoice_id)
        except (OSError, RuntimeError) as error:  # the storage; Typst
            log.error("paper %s: %s; the next sweep tries again", invoice_id, error)
