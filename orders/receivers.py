"""What orders do about the news they hear: ring for a worker."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts.signals import email_verified
from orders import tasks
from shopflow.lib.queue import enqueue


@receiver(email_verified, dispatch_uid="claim a guest's orders")
def claim(user_id: UUID, **_: Any) -> None:
    enqueue(tasks.claim_orders, str(user_id))
