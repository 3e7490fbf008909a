"""What the page of a product shows beside the product itself."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Prefetch, QuerySet, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from catalog.errors import ProductNotFound
from catalog.models import Category, Product, ProductVariant
from catalog.queries.shelves import SHELF_SORTS, MenuCategory, menu, on_shelf, pictures
from shopflow.lib.fields import MoneyField

MOST_RELATED = 4
MOST_SEEN = 8

# The lowest price of the 30 days before the one that holds now began to: what a reduction is
# measured by (Directive 98/6/EC, article 6a; European Court of Justice, C-330/23).
_LOWEST = """(
    SELECT min(past.price) FROM price_history current
    JOIN price_history past ON past.variant_id = current.variant_id
    WHERE current.variant_id = product_variants.id AND current.valid @> statement_timestamp()
      AND past.valid && tstzrange(lower(current.valid) - interval '30 days', lower(current.valid))
)"""


def find_product(slug: str) -> Product:
    """Return a visible product with its buyable variants (`buyable_variants`) and pictures.

    Variants know their `lowest_price` before a reduction, else None. Raises ProductNotFound.
    """
    product = (
        Product.objects.visible()
        .filter(slug=slug)
        .select_related("brand", "category__parent")
        .defer("search", "names")
        .prefetch_related(
            Prefetch(
                "variants",
                queryset=ProductVariant.objects.filter(is_active=True, deleted_at=None).annotate(
                    lowest_price=lowest_before()
                ),
                to_attr="buyable_variants",
            ),
            Prefetch("images", queryset=pictures()),
        )
        .first()
    )
    if product is None:
        raise ProductNotFound
    return product


def lowest_before() -> Case:
    """Return the lowest price in the 30 days before a variant's reduction, in shop currency.

    For queries of variants. A price that has always been the same is its own lowest; None for a
    variant that isn't reduced.
    """
    lowest = Coalesce(RawSQL(_LOWEST, []), F("price"), output_field=MoneyField())  # noqa: S611 - no input in it
    return Case(When(compare_at_price__isnull=False, then=lowest), output_field=MoneyField())


def category_trail(product: Product) -> list[tuple[str, str]]:
    """Return (name, slug path) from the root to the product's category; [] if it's hidden."""
    return _trail(menu(), product.category_id)


def related(product: Product) -> list[Product]:
    """Return cards of what stands beside a product: on its shelf, else on the one above.

    The newest first. One query, for a product with its category and that one's parent.
    """
    shelf = product.category
    if shelf is None:
        return []
    beside = _newest_beside(product, shelf)
    if shelf.parent is not None:
        beside = beside.union(_newest_beside(product, shelf.parent), all=True)
    rows = Product.objects.with_card().filter(pk__in=beside).order_by("-published_at", "-pk")
    near = sorted(rows, key=lambda row: row.category_id != shelf.pk)  # keeps the order else
    return near[:MOST_RELATED]


def seen(slugs: Sequence[str]) -> list[Product]:
    """Return cards of the visible products at these addresses, in this order, a few at most."""
    wanted = list(dict.fromkeys(slugs))[:MOST_SEEN]
    found = {row.slug: row for row in Product.objects.visible().with_card().filter(slug__in=wanted)}
    return [found[slug] for slug in wanted if slug in found]


def _newest_beside(product: Product, shelf: Category) -> "QuerySet[Product, Any]":
    others = on_shelf(shelf).exclude(pk=product.pk)
    return others.order_by(*SHELF_SORTS["newest"].fields).values("pk")[:MOST_RELATED]


def _trail(nodes: Iterable[MenuCategory], category_id: UUID | None) -> list[tuple[str, str]]:
    for node in nodes:
        here = (node.name, node.slug_path)
        if node.id == category_id:
            return [here]
        if below := _trail(node.children, category_id):
            return [here, *below]
    return []
