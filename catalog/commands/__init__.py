"""Everything that changes what we sell."""

from catalog.commands.attributes import save_attribute
from catalog.commands.categories import save_brand, save_category
from catalog.commands.facets import refresh_facets
from catalog.commands.keywords import refresh_keywords
from catalog.commands.pages import Link, save_menu, save_page
from catalog.commands.prices import note_earlier_prices
from catalog.commands.products import delete_product, save_product, save_products
from catalog.commands.searches import delete_synonym, log_search, save_synonym
from catalog.commands.specs import ImageSpec, ProductSpec, SavedProduct, VariantSpec
from catalog.commands.stock import set_stock
from catalog.commands.words import note_words, rebuild_words

__all__ = [
    "ImageSpec",
    "Link",
    "ProductSpec",
    "SavedProduct",
    "VariantSpec",
    "delete_product",
    "delete_synonym",
    "log_search",
    "note_earlier_prices",
    "note_words",
    "rebuild_words",
    "refresh_facets",
    "refresh_keywords",
    "save_attribute",
    "save_brand",
    "save_category",
    "save_menu",
    "save_page",
    "save_product",
    "save_products",
    "save_synonym",
    "set_stock",
]
