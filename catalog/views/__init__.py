"""Pages of the catalogue: the same for everybody, without cookies, so that they can be kept."""

from catalog.views.crawlers import feed, robots, sitemap, sitemap_products, sitemap_shelves
from catalog.views.lists import brand, category, home
from catalog.views.pages import page
from catalog.views.product import product, seen
from catalog.views.searching import search, suggest

__all__ = [
    "brand",
    "category",
    "feed",
    "home",
    "page",
    "product",
    "robots",
    "search",
    "seen",
    "sitemap",
    "sitemap_products",
    "sitemap_shelves",
    "suggest",
]
