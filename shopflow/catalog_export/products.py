"""Products with everything their rows of a file are made of."""

from django.db.models import Prefetch, QuerySet

from catalog.models import Product, ProductImage, ProductVariant
from inventory.models import Inventory, Warehouse

AT_A_TIME = 500


def with_parts() -> "QuerySet[Product]":
    """Return products that bring along what `rows_of` asks for, in a fixed number of queries."""
    # The stock that an import sets: that of the warehouse which comes first.
    first = Warehouse.objects.filter(is_active=True).values("pk")[:1]
    stock = Inventory.objects.filter(warehouse__in=first, bucket=0)
    return (
        Product.objects.defer("search", "names")
        .select_related("brand", "category")
        .prefetch_related(
            Prefetch("variants", queryset=ProductVariant.objects.order_by("sort_order", "id")),
            Prefetch("variants__stock", queryset=stock, to_attr="held"),
            Prefetch("images", queryset=ProductImage.objects.order_by("sort_order", "id")),
        )
    )


def live_variants(product: Product) -> list[ProductVariant]:
    """Return the variants on sale of a product from `with_parts`, in the order they are shown."""
    return [variant for variant in product.variants.all() if variant.deleted_at is None]


def stock_of(variant: ProductVariant) -> Inventory | None:
    """Return the stock row of a variant from `with_parts`; None when nothing was ever here."""
    held: list[Inventory] = variant.held  # type: ignore[attr-defined]  # by the prefetch above
    return held[0] if held else None
