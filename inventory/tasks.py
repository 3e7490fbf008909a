"""Stock figures on their way to the catalogue, within seconds of a sale."""

from uuid import UUID

from celery import shared_task

from inventory import commands
from inventory.queries import in_batches, stale_figures


@shared_task(acks_late=True, ignore_result=True)
def publish(variant_ids: list[str]) -> None:
    """Tell the catalogue the figures of these variants. Safe to repeat."""
    commands.publish(variant_ids=[UUID(variant_id) for variant_id in variant_ids])


@shared_task(acks_late=True, ignore_result=True)
def publish_all() -> None:
    """Find figures a lost task left stale and publish them. Safe to repeat."""
    for batch in in_batches(variant_ids=list(stale_figures().values_list("pk", flat=True))):
        commands.publish(variant_ids=batch)
