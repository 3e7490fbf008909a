"""What we sell, as staff see it."""

from catalog.admin.pages import ContentPageAdmin, MenuAdmin
from catalog.admin.products import ProductAdmin
from catalog.admin.searches import SearchLogAdmin, SynonymAdmin
from catalog.admin.shelves import BrandAdmin, CategoryAdmin

__all__ = [
    "BrandAdmin",
    "CategoryAdmin",
    "ContentPageAdmin",
    "MenuAdmin",
    "ProductAdmin",
    "SearchLogAdmin",
    "SynonymAdmin",
]
