"""Pages of the catalogue: the same for everybody, without cookies, so that they can be kept."""

from catalog.views.lists import brand, category, home, search
from catalog.views.product import product

__all__ = ["brand", "category", "home", "product", "search"]
