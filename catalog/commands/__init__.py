"""Everything that changes what we sell."""

from catalog.commands.categories import save_brand, save_category
from catalog.commands.products import delete_product, save_product, save_products
from catalog.commands.specs import ImageSpec, ProductSpec, SavedProduct, VariantSpec
from catalog.commands.stock import set_stock

__all__ = [
    "ImageSpec",
    "ProductSpec",
    "SavedProduct",
    "VariantSpec",
    "delete_product",
    "save_brand",
    "save_category",
    "save_product",
    "save_products",
    "set_stock",
]
