"""Answers about the catalogue that span tables."""

from catalog.queries.attributes import Trait, specification, traits
from catalog.queries.facets import Tally, category_ids, live_facets, shelves_of, stored_facets
from catalog.queries.finding import BY_RELEVANCE, Found, all_words, search
from catalog.queries.moved import moved_brand, moved_category, moved_product
from catalog.queries.shelves import (
    SHELF_SORTS,
    SORTS,
    MenuCategory,
    buyable_variant,
    category_trail,
    find_brand,
    find_category,
    find_node,
    find_product,
    menu,
    on_shelf,
    pictures,
    pictures_of,
    popular,
    shelved,
    trail_of,
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
    "Tally",
    "Trait",
    "all_words",
    "buyable_variant",
    "category_ids",
    "category_trail",
    "find_brand",
    "find_category",
    "find_node",
    "find_product",
    "live_facets",
    "menu",
    "moved_brand",
    "moved_category",
    "moved_product",
    "on_shelf",
    "pictures",
    "pictures_of",
    "popular",
    "search",
    "shelved",
    "shelves_of",
    "specification",
    "stored_facets",
    "suggestions",
    "trail_of",
    "traits",
    "visible_option",
]
