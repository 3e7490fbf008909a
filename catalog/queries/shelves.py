"""The shelves of the shop, and a product with everything its page shows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now

from catalog.errors import BrandNotFound, CategoryNotFound
from catalog.models import (
    Brand,
    Category,
    Product,
    ProductCategory,
    ProductImage,
    ProductVariant,
)
from shopflow.lib.cache import MENU, remembered
from shopflow.lib.paging import Order

# One direction per order, so that each page is one range scan of one index.
SORTS = {
    "newest": Order(["-published_at", "-id"]),
    "price_asc": Order(["price", "id"]),
    "price_desc": Order(["-price", "-id"]),
}
SHELF_SORTS = {
    "newest": Order(["-shelves__published_at", "-shelves__product"]),
    "price_asc": Order(["shelves__price", "shelves__product"]),
    "price_desc": Order(["-shelves__price", "-shelves__product"]),
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
    kept = remembered("menu", scopes=[MENU], make=_written_menu)
    return [_node(facts) for facts in json.loads(kept)]


def find_node(*, nodes: Iterable[MenuCategory], slug_path: str) -> MenuCategory | None:
    """Return the category of this address in the tree."""
    for node in nodes:
        if node.slug_path == slug_path:
            return node
        if slug_path.startswith(f"{node.slug_path}/"):
            return find_node(nodes=node.children, slug_path=slug_path)
    return None


def _written_menu() -> str:
    return json.dumps([asdict(node) for node in _menu()], default=str)


def _menu() -> list[MenuCategory]:
    nodes: dict[UUID, MenuCategory] = {}
    roots: list[MenuCategory] = []
    rows = list(Category.objects.visible())
    rows.sort(key=lambda category: category.path.count("."))  # parents first, else stable
    for row in rows:
        parent = nodes.get(row.parent_id) if row.parent_id else None
        if row.parent_id and parent is None:
            continue
        slug_path = f"{parent.slug_path}/{row.slug}" if parent else row.slug
        nodes[row.pk] = MenuCategory(row.pk, row.name, slug_path)
        (parent.children if parent else roots).append(nodes[row.pk])
    return roots


def _node(facts: Mapping[str, Any]) -> MenuCategory:
    children = [_node(child) for child in facts["children"]]
    return MenuCategory(UUID(facts["id"]), facts["name"], facts["slug_path"], children)


def find_category(slugs: str) -> tuple[Category, list[Category]]:
    """Return the visible category at this path of slugs and its ancestors from the root down.

    Each carries its own `slug_path`. Raises CategoryNotFound.
    """
    names = slugs.strip("/").split("/")
    found = {
        (row.parent_id, row.slug): row for row in Category.objects.visible().filter(slug__in=names)
    }
    trail: list[Any] = []
    for depth, name in enumerate(names):
        row = found.get((trail[-1].pk if trail else None, name))
        if row is None:
            raise CategoryNotFound
        row.slug_path = "/".join(names[: depth + 1])  # type: ignore[attr-defined]  # for the view
        trail.append(row)
    return trail[-1], trail[:-1]


def find_brand(slug: str) -> Brand:
    """Return a visible brand; raises BrandNotFound."""
    brand = Brand.objects.filter(slug=slug, is_active=True).first()
    if brand is None:
        raise BrandNotFound
    return brand


def on_shelf(category: Category) -> "QuerySet[Product]":
    """Return the visible products of a category and of all below it; sort by SHELF_SORTS."""
    return shelved(products=Product.objects.visible(), category=category)


def shelved(*, products: "QuerySet[Product]", category: Category) -> "QuerySet[Product]":
    """Return those of the products that stand in a category or below it; narrow by `ShelfFilter`.

    It compares the shelf's copies: sort keys and filters in one table are one index scan.
    """
    # Not annotated, so that nothing is selected that the indexes don't hold.
    return products.filter(shelves__category=category).alias(
        shelf_brand=F("shelves__brand"),
        shelf_price=F("shelves__price"),
        shelf_in_stock=F("shelves__in_stock"),
    )


def brands_on(category: Category) -> "QuerySet[Brand]":
    """Return whose products stand in a category or below it, some of them perhaps hidden."""
    # A look into one index per brand, however many products the category has.
    on_shelf = ProductCategory.objects.filter(brand=OuterRef("pk"), category=category)
    return Brand.objects.filter(Exists(on_shelf), is_active=True)


def brands_of(products: "QuerySet[Product]") -> "QuerySet[Brand]":
    """Return whose products these, not too many, are."""
    return Brand.objects.filter(is_active=True, pk__in=products.order_by().values("brand"))


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
