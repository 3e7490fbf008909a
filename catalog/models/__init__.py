"""What we sell."""

from catalog.models.categories import Brand, Category
from catalog.models.images import ProductImage
from catalog.models.pages import ContentPage, Menu, MenuItem
from catalog.models.prices import PriceHistory, PriceList, PriceListItem
from catalog.models.products import Product, ProductQuerySet, ProductVariant
from catalog.models.redirects import SlugRedirect
from catalog.models.reviews import ProductPurchase, ProductReview, ReviewPhoto, ReviewVote
from catalog.models.shelves import CategoryFacet, ProductCategory
from catalog.models.translations import CategoryTranslation, ProductTranslation
from catalog.models.types import Attribute, AttributeChoice, ProductType, ProductTypeAttribute
from catalog.models.words import SearchLog, SearchWord, Synonym

__all__ = [
    "Attribute",
    "AttributeChoice",
    "Brand",
    "Category",
    "CategoryFacet",
    "CategoryTranslation",
    "ContentPage",
    "Menu",
    "MenuItem",
    "PriceHistory",
    "PriceList",
    "PriceListItem",
    "Product",
    "ProductCategory",
    "ProductImage",
    "ProductPurchase",
    "ProductQuerySet",
    "ProductReview",
    "ProductTranslation",
    "ProductType",
    "ProductTypeAttribute",
    "ProductVariant",
    "ReviewPhoto",
    "ReviewVote",
    "SearchLog",
    "SearchWord",
    "SlugRedirect",
    "Synonym",
]
