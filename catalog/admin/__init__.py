"""What we sell, as staff see it."""

from catalog.admin.attributes import AttributeAdmin
from catalog.admin.pages import ContentPageAdmin, MenuAdmin
from catalog.admin.products import ProductAdmin
from catalog.admin.searches import SearchLogAdmin, SynonymAdmin
from catalog.admin.shelves import BrandAdmin, CategoryAdmin

__all__ = [
    "AttributeAdmin",
    "BrandAdmin",
    "CategoryAdmin",
    "ContentPageAdmin",
    "MenuAdmin",
    "ProductAdmin",
    "SearchLogAdmin",
    "SynonymAdmin",
]
