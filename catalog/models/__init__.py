"""What we sell."""

from catalog.models.categories import Brand, Category
from catalog.models.products import Product, ProductImage, ProductQuerySet, ProductVariant
from catalog.models.shelves import ProductCategory

__all__ = [
    "Brand",
    "Category",
    "Product",
    "ProductCategory",
    "ProductImage",
    "ProductQuerySet",
    "ProductVariant",
]
