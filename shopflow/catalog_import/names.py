"""Brands and categories by the names a file gives them."""

import hashlib
from uuid import UUID

from django.db.models import F
from django.utils.text import slugify

from catalog import commands as catalog
from catalog.models import Brand, Category


class Names:
    """Finds what a name means, once for a whole file, and makes it where it means nothing yet."""

    def __init__(self) -> None:
        self._brands: dict[str, UUID] = {}
        self._categories: dict[str, UUID] = {}

    def brand_id(self, name: str) -> UUID:
        """Return the brand of this name."""
        if name not in self._brands:
            self._brands[name] = _brand(name).pk
        return self._brands[name]

    def category_id(self, name: str) -> UUID:
        """Return the category of this name, the one nearest the root."""
        if name not in self._categories:
            self._categories[name] = _category(name).pk
        return self._categories[name]


def _brand(name: str) -> Brand:
    slug = slugify(name)[:100]
    brand = Brand.objects.filter(name=name).first()
    brand = brand or (Brand.objects.filter(slug=slug).first() if slug else None)
    return brand or catalog.save_brand(name=name)


def _category(name: str) -> Category:
    # A name in another script leaves nothing for an address, so it gets a made one.
    slug = slugify(name)[:100] or hashlib.sha256(name.encode()).hexdigest()[:12]
    same = Category.objects.filter(slug=slug).order_by(F("parent").asc(nulls_first=True))
    return same.first() or catalog.save_category(name=name, slug=slug)
