"""Answers about the catalogue that span tables."""

from catalog.queries.attributes import Trait, specification, traits
from catalog.queries.everything import (
    brand_addresses,
    offered_products,
    product_addresses,
    sitemap_starts,
)
from catalog.queries.facets import Tally, category_ids, live_facets, shelves_of, stored_facets
from catalog.queries.finding import BY_RELEVANCE, Found, all_words, search
from catalog.queries.moved import moved_brand, moved_category, moved_product
from catalog.queries.pages import MenuLink, category_at, find_page, links, page_slugs, target_of
from catalog.queries.product_page import category_trail, find_product, related, seen
from catalog.queries.shelves import (
    SHELF_SORTS,
    SORTS,
    MenuCategory,
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
    "MenuLink",
    "Suggestion",
    "Tally",
    "Trait",
    "all_words",
    "brand_addresses",
    "buyable_variant",
    "category_at",
    "category_ids",
    "category_trail",
    "find_brand",
    "find_category",
    "find_node",
    "find_page",
    "find_product",
    "links",
    "live_facets",
    "menu",
    "moved_brand",
    "moved_category",
    "moved_product",
    "offered_products",
    "on_shelf",
    "page_slugs",
    "pictures",
    "pictures_of",
    "popular",
    "product_addresses",
    "related",
    "search",
    "seen",
    "shelved",
    "shelves_of",
    "sitemap_starts",
    "specification",
    "stored_facets",
    "suggestions",
    "target_of",
    "trail_of",
    "traits",
    "visible_option",
]
