"""What payments does about the news it hears: ring for a worker."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from orders.signals import (
    order_cancelled,
    order_claimed,
    order_lessened,
    order_paid,
    return_received,
)
from payments import tasks
from payments.signals import event_received, refund_asked
from shopflow.lib.queue import enqueue


@receiver(event_received, dispatch_uid="process a payment event")
def process(event_id: UUID, **_: Any) -> None:
    enqueue(tasks.process_event, str(event_id))


@receiver(refund_asked, dispatch_uid="send a refund")
def send_refund(refund_id: UUID, **_: Any) -> None:
    enqueue(tasks.settle_refund, str(refund_id))


@receiver(order_cancelled, dispatch_uid="settle a cancelled order")
def settle(order_id: UUID, **_: Any) -> None:
    enqueue(tasks.settle_cancelled_order, str(order_id))


@receiver(order_lessened, dispatch_uid="give back what was taken out of an order")
def give_back(order_id: UUID, **_: Any) -> None:
    enqueue(tasks.settle_changes_of, str(order_id))


@receiver(order_claimed, dispatch_uid="claim the payments of an order")
def claim(order_id: UUID, **_: Any) -> None:
    enqueue(tasks.claim_payments, str(order_id))


@receiver(return_received, dispatch_uid="settle a return")
def settle_return(return_id: UUID, **_: Any) -> None:
    enqueue(tasks.settle_return, str(return_id))


@receiver(order_paid, dispatch_uid="make the gift cards of an order")
def issue(order_id: UUID, **_: Any) -> None:
    enqueue(tasks.issue_gift_cards_of, str(order_id))
