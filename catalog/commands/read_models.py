"""The copies that let a list page read one row per card, kept beside their sources."""

from collections.abc import Iterable
from uuid import UUID

from catalog.models import Category, Product, ProductCategory, ProductVariant


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
            unique_fields=["category", "product"],
            update_fields=["is_direct", "is_featured", "price", "published_at"],
        )


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
        is_featured=product.is_featured,
        price=product.price,
        published_at=product.published_at,
    )
