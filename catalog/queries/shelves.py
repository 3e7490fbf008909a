"""The shelves of the shop, and a product with everything its page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from catalog.errors import BrandNotFound, CategoryNotFound
from catalog.models import (
    Brand,
    Category,
    Product,
    ProductImage,
    ProductVariant,
)
from catalog.queries.frame import frame
from shopflow.lib.paging import Order

# One direction per order, so that each page is one range scan of one index.
SORTS = {
    "newest": Order(["-published_at", "-id"]),
    "featured": Order(["-is_featured", "-published_at", "-id"]),
    "bestselling": Order(["-sales_count", "-id"]),
    "price_asc": Order(["price", "id"]),
    "price_desc": Order(["-price", "-id"]),
    "rating": Order(["-rating_average", "-id"]),
}
# The same on a shelf's own indexes; what staff like comes first.
SHELF_SORTS = {
    "featured": Order(["-shelves__is_featured", "-shelves__published_at", "-shelves__product"]),
    "bestselling": Order(["-shelves__sales_count", "-shelves__product"]),
    "newest": Order(["-shelves__published_at", "-shelves__product"]),
    "price_asc": Order(["shelves__price", "shelves__product"]),
    "price_desc": Order(["-shelves__price", "-shelves__product"]),
    "rating": Order(["-shelves__rating_average", "-shelves__product"]),
}


@dataclass
class MenuCategory:
    """A visible category with the visible ones below it; `slug_path` is its address."""

    id: UUID
    name: str
    slug_path: str
    children: "list[MenuCategory]" = field(default_factory=list)


def menu() -> list[MenuCategory]:
    """Return the tree of visible categories; below a hidden one nothing shows.

    Kept until a category changes; else it is one query.
    """
    return [_node(facts) for facts in frame()["menu"]]


def find_node(*, nodes: Iterable[MenuCategory], slug_path: str) -> MenuCategory | None:
    """Return the category of this address in the tree."""
    for node in nodes:
        if node.slug_path == slug_path:
            return node
        if slug_path.startswith(f"{node.slug_path}/"):
            return find_node(nodes=node.children, slug_path=slug_path)
    return None


def find_id(*, nodes: Iterable[MenuCategory], category_id: UUID | None) -> MenuCategory | None:
    """Return the category with this id in the tree."""
    for node in nodes:
        if node.id == category_id:
            return node
        if (below := find_id(nodes=node.children, category_id=category_id)) is not None:
            return below
    return None


def _node(facts: Mapping[str, Any]) -> MenuCategory:
    children = [_node(child) for child in facts["children"]]
    return MenuCategory(UUID(facts["id"]), facts["name"], facts["slug_path"], children)


def find_category(slugs: str) -> tuple[Category, list[MenuCategory]]:
    """Return the visible category at this path of slugs and the ones above it, the root first.

    It carries its `slug_path` too. Below a hidden one nothing is found. Raises CategoryNotFound.
    """
    nodes = menu()
    path = slugs.strip("/")
    node = find_node(nodes=nodes, slug_path=path)
    found = Category.objects.visible().filter(pk=node.id).first() if node else None
    if found is None:
        raise CategoryNotFound
    found.slug_path = path  # type: ignore[attr-defined]  # for the view
    return found, trail_of(nodes=nodes, slug_path=path)


def trail_of(*, nodes: Iterable[MenuCategory], slug_path: str) -> list[MenuCategory]:
    """Return the categories above the one of this address, the root first."""
    above: list[MenuCategory] = []
    for node in nodes:
        if slug_path.startswith(f"{node.slug_path}/"):
            above = [node, *trail_of(nodes=node.children, slug_path=slug_path)]
    return above


def find_brand(slug: str) -> Brand:
    """Return a visible brand; raises BrandNotFound."""
    brand = Brand.objects.filter(slug=slug, is_active=True).first()
    if brand is None:
        raise BrandNotFound
    return brand


def on_shelf(category: Category) -> "QuerySet[Product]":
    """Return the visible products of a category and of all below it; sort by SHELF_SORTS."""
    return shelved(products=Product.objects.visible(), category=category.pk)


def shelved(*, products: "QuerySet[Product]", category: UUID) -> "QuerySet[Product]":
    """Return those of the products that stand in a category or below it; narrow by `ShelfFilter`.

    It compares the shelf's copies: sort keys and filters in one table are one index scan.
    """
    # Not annotated, so that nothing is selected that the indexes don't hold.
    return products.filter(shelves__category=category).alias(
        shelf_brand=F("shelves__brand"),
        shelf_price=F("shelves__price"),
        shelf_in_stock=F("shelves__in_stock"),
        shelf_rating=F("shelves__rating_average"),
    )


def popular() -> "QuerySet[Product]":
    """Return the visible products, what sells best first."""
    return Product.objects.visible().with_card().order_by("-sales_count", "-pk")


def pictures() -> "QuerySet[ProductImage]":
    """Return pictures as `pictures_of` wants them, in the order they are shown."""
    return ProductImage.objects.select_related("variant").order_by("sort_order", "id")


def pictures_of(
    *, variant: ProductVariant | None, images: Sequence[ProductImage]
) -> list[ProductImage]:
    """Return those of a product's pictures that show a variant, or all where none does.

    A picture belongs to one variant but shows all that look like it: those with the same value of
    the option that pictures tell apart (a tee's colour, not its size).
    """
    look = visible_option(images)
    if variant is None or look is None:
        return list(images)
    value = variant.option_values.get(look)
    fitting = [i for i in images if i.variant and i.variant.option_values.get(look) == value]
    general = [image for image in images if image.variant is None]
    return [*fitting, *general] or list(images)


def visible_option(images: Iterable[ProductImage]) -> str | None:
    """Return the option whose values a product's pictures tell apart, or None."""
    seen: dict[str, set[str]] = {}
    for image in images:
        for name, value in (image.variant.option_values if image.variant else {}).items():
            seen.setdefault(name, set()).add(value)
    most = max(seen.items(), key=lambda item: len(item[1]), default=None)
    return most[0] if most and len(most[1]) > 1 else None


def buyable_variant(variant_id: UUID) -> ProductVariant | None:
    """Return a variant a shopper may put into a cart, with its product; None if there is none."""
    return (
        ProductVariant.objects.select_related("product")
        .filter(
            pk=variant_id,
            is_active=True,
            deleted_at=None,
            product__is_active=True,
            product__deleted_at=None,
            product__published_at__lte=Now(),
        )
        .first()
    )
