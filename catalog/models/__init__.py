"""What we sell."""

from catalog.models.categories import Brand, Category
from catalog.models.products import (
    Product,
    ProductCategory,
    ProductImage,
    ProductQuerySet,
    ProductVariant,
)

__all__ = [
    "Brand",
    "Category",
    "Product",
    "ProductCategory",
    "ProductImage",
    "ProductQuerySet",
    "ProductVariant",
]
