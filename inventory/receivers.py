"""What inventory does about its own news: the catalogue's figures follow by a worker."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from inventory import tasks
from inventory.signals import stock_moved
from shopflow.lib.queue import enqueue


@receiver(stock_moved, dispatch_uid="publish stock figures")
def publish(variant_ids: list[UUID], **_: Any) -> None:
    enqueue(tasks.publish, [str(variant_id) for variant_id in variant_ids])
