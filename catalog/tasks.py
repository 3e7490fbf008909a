"""Housekeeping of the catalogue: what products are found by, and how many each filter leaves."""

from collections.abc import Sequence
from uuid import UUID

from celery import shared_task
from django.core.cache import cache

from catalog import commands, queries
from shopflow.lib.queue import enqueue

LONGEST_WAIT = 600  # seconds, should a worker die between a bell and its count


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


@shared_task(acks_late=True, ignore_result=True)
def note_facets(product_ids: Sequence[str]) -> None:
    """Have the categories of changed products counted anew. Safe to repeat.

    Once each, however many products of one change before its turn comes.
    """
    for category_id in queries.shelves_of([UUID(product_id) for product_id in product_ids]):
        if cache.add(_bell(category_id), True, LONGEST_WAIT):
            enqueue(refresh_facets, str(category_id))


@shared_task(acks_late=True, ignore_result=True)
def refresh_facets(category_id: str) -> None:
    """Count what each filter leaves of a category. Safe to repeat."""
    cache.delete(_bell(UUID(category_id)))  # before the count: what changes from now on rings again
    commands.refresh_facets(category_id=UUID(category_id))


@shared_task(acks_late=True, ignore_result=True)
def refresh_all_facets() -> None:
    """Count what each filter leaves of every category: the sweep. Safe to repeat."""
    for category_id in queries.category_ids():
        commands.refresh_facets(category_id=category_id)


def _bell(category_id: UUID) -> str:
    return f"facets:{category_id}"
