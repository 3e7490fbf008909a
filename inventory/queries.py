"""Answers about stock that span tables."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from catalog.models import ProductVariant
from inventory.models import Inventory


def available_of(variant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many units of each variant can be promised, over all active warehouses."""
    wanted = set(variant_ids)
    rows = (
        Inventory.objects.filter(variant__in=wanted, warehouse__is_active=True)
        .values("variant_id")
        .annotate(available=Sum("quantity_available"))
    )
    figures = {row["variant_id"]: max(row["available"], 0) for row in rows}
    return {variant_id: figures.get(variant_id, 0) for variant_id in wanted}


def stale_figures() -> "QuerySet[ProductVariant]":
    """Return the variants whose figure in the catalogue isn't what the warehouses hold."""
    held = (
        Inventory.objects.filter(variant=OuterRef("pk"), warehouse__is_active=True)
        .order_by()
        .values("variant")
        .annotate(available=Sum("quantity_available"))
        .values("available")
    )
    actual = Greatest(Coalesce(Subquery(held, output_field=IntegerField()), 0), 0)
    return ProductVariant.objects.annotate(actual=actual).exclude(stock_quantity=actual)


def in_batches(*, variant_ids: Iterable[UUID], size: int = 500) -> Iterator[list[UUID]]:
    """Split ids for short transactions."""
    batch: list[UUID] = []
    for variant_id in variant_ids:
        batch.append(variant_id)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
