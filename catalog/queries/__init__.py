"""Answers about the catalogue that span tables."""

from catalog.queries.finding import BY_RELEVANCE, Found, all_words, search
from catalog.queries.product_page import category_trail, find_product, related, seen
from catalog.queries.shelves import (
    SHELF_SORTS,
    SORTS,
    MenuCategory,
    brands_of,
    brands_on,
    buyable_variant,
    find_brand,
    find_category,
    find_node,
    menu,
    on_shelf,
    pictures,
    pictures_of,
    popular,
    shelved,
    visible_option,
)
from catalog.queries.suggestions import Suggestion, suggestions

__all__ = [
    "BY_RELEVANCE",
    "SHELF_SORTS",
    "SORTS",
    "Found",
    "MenuCategory",
    "Suggestion",
    "all_words",
    "brands_of",
    "brands_on",
    "buyable_variant",
    "category_trail",
    "find_brand",
    "find_category",
    "find_node",
    "find_product",
    "menu",
    "on_shelf",
    "pictures",
    "pictures_of",
    "popular",
    "related",
    "search",
    "seen",
    "shelved",
    "suggestions",
    "visible_option",
]
