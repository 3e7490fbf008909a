"""The copies that let a list page read one row per card, kept beside their sources."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from catalog.models import Category, Product, ProductCategory, ProductVariant

# What a list is sorted or narrowed by: the shelves hold copies of them.
SORT_KEYS = (
    "brand_id",
    "is_featured",
    "published_at",
    "price",
    "in_stock",
    "sales_count",
    "rating_average",
)


def refresh_read_models(product: Product) -> None:
    """Copy price, stock and shelves of one product from their sources. The row is locked."""
    buyable = [v for v in product.variants.all() if v.is_buyable]
    cheapest = min(buyable, key=lambda variant: (variant.price, variant.pk), default=None)
    if cheapest is not None:
        product.price, product.compare_at_price = cheapest.price, cheapest.compare_at_price
    copy_stock(product, buyable)
    product.save(
        update_fields=["price", "compare_at_price", "stock_quantity", "in_stock", "updated_at"]
    )
    shelve([product])


def shelve(products: Iterable[Product]) -> None:
    """Put products on their own shelf and on each shelf above it."""
    for product in products:
        wanted = _shelves_of(product)
        ProductCategory.objects.filter(product=product).exclude(category__in=wanted).delete()
        ProductCategory.objects.bulk_create(
            [_shelf_row(product, category_id) for category_id in wanted],
            update_conflicts=True,
            unique_fields=["product", "category"],
            update_fields=["is_direct", *SORT_KEYS],
        )


def copy_sort_keys(product: Product) -> None:
    """Copy the sort keys of a product, just changed, to the shelves it stands on."""
    ProductCategory.objects.filter(product=product).update(**_sort_keys(product))


def copy_stock(product: Product, variants: Iterable[ProductVariant]) -> None:
    """Set (not save) a product's stock figures from its variants."""
    buyable = [variant for variant in variants if variant.is_buyable]
    product.stock_quantity = sum(variant.stock_quantity for variant in buyable)
    product.in_stock = any(variant.in_stock for variant in buyable)


def _shelves_of(product: Product) -> list[UUID]:
    if product.category_id is None:
        return []
    path = Category.objects.values_list("path", flat=True).get(pk=product.category_id)
    return [UUID(hex=label) for label in path.split(".")]


def _shelf_row(product: Product, category_id: UUID) -> ProductCategory:
    return ProductCategory(
        product=product,
        category_id=category_id,
        is_direct=category_id == product.category_id,
        **_sort_keys(product),
    )


def _sort_keys(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in SORT_KEYS}
