"""The copies that let a list page read one row per card, kept beside their sources."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from catalog.models import Category, Product, ProductCategory, ProductVariant
from shopflow.lib.postgres.many import update_many

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


def copy_figures(product: Product, variants: Iterable[ProductVariant]) -> None:
    """Set (not save) a product's price and stock figures from its variants."""
    buyable = [variant for variant in variants if variant.is_buyable]
    cheapest = min(buyable, key=lambda variant: (variant.price, variant.pk), default=None)
    if cheapest is not None:
        product.price, product.compare_at_price = cheapest.price, cheapest.compare_at_price
    copy_stock(product, buyable)


def shelve(products: Iterable[Product]) -> None:
    """Put products on their own shelf and on each shelf above it."""
    shelves = _shelves_of(products)
    there = ProductCategory.objects.filter(product__in=[product.pk for product in shelves])
    wanted = {(product.pk, shelf) for product, ids in shelves.items() for shelf in ids}
    left = [
        row.pk
        for row in there.only("product", "category")
        if (row.product_id, row.category_id) not in wanted
    ]
    ProductCategory.objects.filter(pk__in=left).delete()
    ProductCategory.objects.bulk_create(
        [_shelf_row(product, shelf) for product, ids in shelves.items() for shelf in ids],
        update_conflicts=True,
        unique_fields=["category", "product"],
        update_fields=["is_direct", *SORT_KEYS],
    )


def copy_sort_keys(products: Sequence[Product]) -> None:
    """Copy the sort keys of products, just changed, to the shelves they stand on."""
    by_id = {product.pk: product for product in products}
    shelved = list(ProductCategory.objects.filter(product__in=by_id))
    for row in shelved:
        for name, value in _sort_keys(by_id[row.product_id]).items():
            setattr(row, name, value)
    update_many(shelved, SORT_KEYS)


def copy_stock(product: Product, variants: Iterable[ProductVariant]) -> None:
    """Set (not save) a product's stock figures from its variants."""
    buyable = [variant for variant in variants if variant.is_buyable]
    product.stock_quantity = sum(variant.stock_quantity for variant in buyable)
    product.in_stock = any(variant.in_stock for variant in buyable)


def _shelves_of(products: Iterable[Product]) -> dict[Product, list[UUID]]:
    """Return the categories from the root down to each product's own."""
    chosen = list(products)
    categories = Category.objects.filter(pk__in={product.category_id for product in chosen})
    paths = dict(categories.values_list("pk", "path"))
    return {
        product: [UUID(hex=label) for label in paths[product.category_id].split(".")]
        if product.category_id
        else []
        for product in chosen
    }


def _shelf_row(product: Product, category_id: UUID) -> ProductCategory:
    return ProductCategory(
        product=product,
        category_id=category_id,
        is_direct=category_id == product.category_id,
        **_sort_keys(product),
    )


def _sort_keys(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in SORT_KEYS}
