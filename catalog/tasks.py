"""Housekeeping of the catalogue: what products are found by."""

from collections.abc import Sequence
from uuid import UUID

from celery import shared_task

from catalog import commands


@shared_task(acks_late=True, ignore_result=True)
def note_words(product_ids: Sequence[str]) -> None:
    """Add the words of products, just saved, to those the search knows. Safe to repeat."""
    commands.note_words(product_ids=[UUID(product_id) for product_id in product_ids])


@shared_task(acks_late=True, ignore_result=True)
def rebuild_words() -> None:
    """Count the words of the catalogue anew. Safe to repeat."""
    commands.rebuild_words()


@shared_task(acks_late=True, ignore_result=True)
def refresh_keywords(category_id: str | None = None) -> None:
    """Let products be found by what their shelves are called now, in batches. Safe to repeat."""
    shelf = UUID(category_id) if category_id else None
    after = commands.refresh_keywords(category_id=shelf)
    while after is not None:
        after = commands.refresh_keywords(category_id=shelf, after=after)


@shared_task(acks_late=True, ignore_result=True)
def log_missed(question: str, language: str) -> None:
    """Write down what nobody found. Safe to repeat: it would only count twice."""
    commands.log_search(question=question, language=language, result_count=0)
