import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.errors import ProductNotFound
from catalog.models import Product, ProductImage, ProductVariant
from catalog.views.meta import Meta
from catalog.views.moved import follows_moves, query_of
from catalog.views.structured import product_documents

LOW_STOCK = 5
# More values of an option than this are a list to unfold, not buttons.
MOST_BUTTONS = 10
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,200}")


@dataclass(frozen=True)
class Value:
    """One value of an option, and the variant a shopper gets by choosing it."""

    name: str
    variant: ProductVariant
    is_chosen: bool
    image: ProductImage | None


@dataclass(frozen=True)
class Option:
    """What a shopper can choose: Colour, Size, ..."""

    name: str
    chosen: str
    values: list[Value]

    @property
    def is_list(self) -> bool:
        """Whether there are too many values for buttons."""
        return len(self.values) > MOST_BUTTONS


@require_safe
@follows_moves("product")
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a product with one of its variants chosen; the address says which."""
    found = queries.find_product(slug)
    variants: list[ProductVariant] = found.buyable_variants  # type: ignore[attr-defined]  # to_attr
    variant = _chosen(variants, request.GET.get("variant"))
    images = list(found.images.all())
    trail = queries.category_trail(found)
    context = {
        "meta": _meta(found, images),
        "json_ld": product_documents(found, variants=variants, images=images, trail=trail),
        "facts": queries.specification(found.attributes),
        "query": query_of(request),
        "product": found,
        "variant": variant,
        "trail": trail,
        "root_path": trail[0][1] if trail else "",
        "options": _options(variant, variants, images),
        "images": queries.pictures_of(variant=variant, images=images),
        "low_stock": LOW_STOCK,
        "is_low": variant is not None and 0 < variant.stock_quantity <= LOW_STOCK,
        "related": queries.related(found),
    }
    return render(request, "catalog/product.html", context)


@require_safe
def seen(request: HttpRequest) -> HttpResponse:
    """Answer with the cards of products that a browser remembers having shown.

    Which ones, only the browser knows; addresses that aren't ours are left out.
    """
    slugs = [slug for slug in request.GET.getlist("p") if SLUG.fullmatch(slug)]
    return render(request, "catalog/_seen.html", {"products": queries.seen(slugs)})


def _meta(product: Product, images: Sequence[ProductImage]) -> Meta:
    front = next((image.file.url for image in images if image.file), "")
    return Meta(
        title=product.seo_title or product.name,
        description=product.seo_description or product.description,
        address=reverse("catalog:product", args=[product.slug]),
        image=front,
        kind="product",
    )


def _chosen(variants: Sequence[ProductVariant], asked: str | None) -> ProductVariant | None:
    """Return the variant the address names, else the first in stock; raises ProductNotFound."""
    if asked is None:
        in_stock = (variant for variant in variants if variant.in_stock)
        return next(in_stock, variants[0] if variants else None)
    try:
        wanted = UUID(asked)
    except ValueError:
        raise ProductNotFound from None
    found = next((variant for variant in variants if variant.pk == wanted), None)
    if found is None:
        raise ProductNotFound
    return found


def _options(
    variant: ProductVariant | None,
    variants: Sequence[ProductVariant],
    images: Sequence[ProductImage],
) -> list[Option]:
    if variant is None or not variant.option_values:
        return []
    look = queries.visible_option(images)
    # What can be seen comes first; JSON keeps no order of its own.
    names = sorted(variant.option_values, key=lambda name: (name != look, name))
    return [
        Option(name, variant.option_values[name], _values(name, variant, variants, images, look))
        for name in names
    ]


def _values(
    name: str,
    variant: ProductVariant,
    variants: Sequence[ProductVariant],
    images: Sequence[ProductImage],
    look: str | None,
) -> list[Value]:
    values = dict.fromkeys(v.option_values[name] for v in variants if name in v.option_values)
    found = []
    for value in values:
        target = _nearest(variant, variants, name, value)
        pictured = queries.pictures_of(variant=target, images=images) if name == look else []
        picture = next(iter(pictured), None)
        found.append(Value(value, target, variant.option_values[name] == value, picture))
    return found


def _nearest(
    variant: ProductVariant, variants: Sequence[ProductVariant], name: str, value: str
) -> ProductVariant:
    """Return the variant with this value that has most in common with the one chosen now."""
    wanted = {**variant.option_values, name: value}

    def likeness(other: ProductVariant) -> tuple[int, bool]:
        same = sum(other.option_values.get(key) == wanted[key] for key in wanted)
        return same, other.in_stock

    return max((v for v in variants if v.option_values.get(name) == value), key=likeness)
