from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.errors import ProductNotFound
from catalog.models import ProductImage, ProductVariant

LOW_STOCK = 5


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


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a product with one of its variants chosen; the address says which."""
    found = queries.find_product(slug)
    variants: list[ProductVariant] = found.buyable_variants  # type: ignore[attr-defined]  # to_attr
    variant = _chosen(variants, request.GET.get("variant"))
    images = list(found.images.all())
    shown = _images_of(variant, variants, images)
    trail = queries.category_trail(found)
    context = {
        "product": found,
        "variant": variant,
        "trail": trail,
        "root_path": trail[0][1] if trail else "",
        "options": _options(variant, variants, images),
        "images": shown,
        "image": _picked(shown, request.GET.get("picture")),
        "low_stock": LOW_STOCK,
        "is_low": variant is not None and 0 < variant.stock_quantity <= LOW_STOCK,
    }
    return render(request, "catalog/product.html", context)


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


def _picked(images: Sequence[ProductImage], asked: str | None) -> ProductImage | None:
    numbers = {str(number): image for number, image in enumerate(images, 1)}
    return numbers.get(asked or "1") or next(iter(images), None)


def _images_of(
    variant: ProductVariant | None,
    variants: Sequence[ProductVariant],
    images: Sequence[ProductImage],
) -> list[ProductImage]:
    """Return the pictures that show a variant, or all where none does.

    A picture belongs to one variant but shows all that look like it: those with the same value of
    the option that pictures tell apart (a tee's colour, not its size).
    """
    look = _visible_option(variants, images)
    if variant is None or look is None:
        return list(images)
    by_id = {other.pk: other for other in variants}
    value = variant.option_values.get(look)
    fitting = [
        image
        for image in images
        if image.variant_id in by_id and by_id[image.variant_id].option_values.get(look) == value
    ]
    general = [image for image in images if image.variant_id is None]
    return [*fitting, *general] or list(images)


def _visible_option(
    variants: Sequence[ProductVariant], images: Sequence[ProductImage]
) -> str | None:
    """Return the option whose values the pictures tell apart, or None."""
    pictured = {image.variant_id for image in images}
    seen: dict[str, set[str]] = {}
    for variant in variants:
        if variant.pk in pictured:
            for name, value in variant.option_values.items():
                seen.setdefault(name, set()).add(value)
    most = max(seen.items(), key=lambda item: len(item[1]), default=None)
    return most[0] if most and len(most[1]) > 1 else None


def _options(
    variant: ProductVariant | None,
    variants: Sequence[ProductVariant],
    images: Sequence[ProductImage],
) -> list[Option]:
    if variant is None or not variant.option_values:
        return []
    look = _visible_option(variants, images)
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
        picture = _images_of(target, variants, images)[0] if name == look else None
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
