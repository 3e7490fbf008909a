"""All that can be seen, in pieces that never fill the memory: for sitemaps and product feeds."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Prefetch

from catalog.models import Brand, Product, ProductVariant

PER_SITEMAP = 40_000  # https://www.sitemaps.org/protocol.html: at most 50,000
PER_PIECE = 1000
_HOUR = 3600  # seconds


def sitemap_starts() -> list[UUID]:
    """Return with which product each sitemap begins; looked at once an hour."""
    kept: list[UUID] | None = cache.get("sitemap starts")
    if kept is None:
        # Hidden products are counted too: ids only grow and no product's row goes, so the same
        # number always means the same products.
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT id FROM (
                    SELECT id, row_number() OVER (ORDER BY id) AS number FROM products
                ) numbered WHERE number %% %(size)s = 1 ORDER BY id""",
                {"size": PER_SITEMAP},
            )
            kept = [row[0] for row in cursor.fetchall()]
        cache.set("sitemap starts", kept, _HOUR)
    return kept


def product_addresses(*, start: UUID, end: UUID | None) -> Iterator[tuple[str, datetime]]:
    """Yield slug and last change of what can be seen, from one product up to, not with, another."""
    rows = Product.objects.visible().order_by("id")
    rows = rows.filter(pk__lt=end) if end else rows
    piece = list(rows.filter(pk__gte=start).values_list("pk", "slug", "updated_at")[:PER_PIECE])
    while piece:
        yield from ((slug, changed) for _, slug, changed in piece)
        later = rows.filter(pk__gt=piece[-1][0])
        piece = list(later.values_list("pk", "slug", "updated_at")[:PER_PIECE])


def offered_products() -> Iterator[Product]:
    """Yield every product that can be seen with brand, picture, category and `buyable_variants`."""
    variants = ProductVariant.objects.filter(is_active=True, deleted_at=None)
    rows = (
        Product.objects.visible()
        .with_card()
        .defer(None)
        .defer("search", "names", "keywords")
        .order_by("id")
        .prefetch_related(Prefetch("variants", queryset=variants, to_attr="buyable_variants"))
    )
    piece = list(rows[:PER_PIECE])
    while piece:
        yield from piece
        piece = list(rows.filter(pk__gt=piece[-1].pk)[:PER_PIECE])


def brand_addresses() -> Iterator[tuple[str, datetime]]:
    """Yield slug and last change of every brand that can be seen."""
    rows = Brand.objects.filter(is_active=True).order_by("id")
    yield from rows.values_list("slug", "updated_at").iterator(chunk_size=PER_PIECE)
