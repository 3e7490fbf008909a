"""What the catalogue does about its own news: ring for a worker."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from catalog import tasks
from catalog.signals import (
    attributes_changed,
    category_renamed,
    product_deleted,
    products_saved,
    stock_turned,
)
from shopflow.lib.queue import enqueue


@receiver(products_saved, dispatch_uid="note the words of saved products")
def note_words(product_ids: Sequence[UUID], **_: Any) -> None:
    enqueue(tasks.note_words, [str(product_id) for product_id in product_ids])


@receiver(category_renamed, dispatch_uid="find products by the new name of their shelf")
def refresh_keywords(category_id: UUID, **_: Any) -> None:
    enqueue(tasks.refresh_keywords, str(category_id))


@receiver([products_saved, stock_turned], dispatch_uid="count facets of changed products")
def note_facets(product_ids: Sequence[UUID], **_: Any) -> None:
    enqueue(tasks.note_facets, [str(product_id) for product_id in product_ids])


@receiver(product_deleted, dispatch_uid="count facets without a deleted product")
def note_facets_without(product_id: UUID, **_: Any) -> None:
    enqueue(tasks.note_facets, [str(product_id)])


@receiver(attributes_changed, dispatch_uid="count facets of other attributes")
def count_all_facets(**_: Any) -> None:
    enqueue(tasks.refresh_all_facets)
