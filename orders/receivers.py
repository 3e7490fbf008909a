"""What orders do about the news they hear: ring for a worker."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts.signals import email_verified
from orders import tasks
from orders.signals import papers_issued, papers_wanted
from shopflow.lib.queue import enqueue


@receiver(email_verified, dispatch_uid="claim a guest's orders")
def claim(user_id: UUID, **_: Any) -> None:
    enqueue(tasks.claim_orders, str(user_id))


@receiver(papers_wanted, dispatch_uid="issue an order's papers")
def issue(order_id: UUID, **_: Any) -> None:
    enqueue(tasks.issue_papers, str(order_id))


@receiver(papers_issued, dispatch_uid="draw a paper")
def draw(invoice_id: UUID, **_: Any) -> None:
    enqueue(tasks.draw_paper, str(invoice_id))
