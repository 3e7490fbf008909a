"""The worker's side of orders."""

from uuid import UUID

from celery import shared_task

from orders import commands
from orders.queries import claimants

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
