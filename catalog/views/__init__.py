"""Pages of the catalogue: the same for everybody, without cookies, so that they can be kept."""

from catalog.views.lists import brand, category, home
from catalog.views.product import product, seen
from catalog.views.searching import search, suggest

__all__ = ["brand", "category", "home", "product", "search", "seen", "suggest"]
