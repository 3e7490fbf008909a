"""From a spec and what is there to the rows that have to be written; touches no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from catalog.commands.keywords import keywords_of
from catalog.commands.known import Known, style_code
from catalog.commands.read_models import copy_figures
from catalog.commands.specs import ImageSpec, ProductSpec, VariantSpec
from catalog.models import Product, ProductImage, ProductVariant


@dataclass
class Plan:
    """One product as its spec wants it, not saved yet, and what differs from the database."""

    product: Product
    is_new: bool
    is_changed: bool = False
    old_slug: str = ""  # its address until now, if it gets another
    variants: dict[str, ProductVariant] = field(default_factory=dict)  # the live ones by SKU
    variants_changed: list[ProductVariant] = field(default_factory=list)
    variants_gone: list[UUID] = field(default_factory=list)
    # They hold an SKU or options that another gets, so they let go of theirs first.
    variants_moving: list[UUID] = field(default_factory=list)
    images_changed: list[ProductImage] = field(default_factory=list)
    images_gone: list[UUID] = field(default_factory=list)
    # Its picture in front makes room for another.
    has_new_front: bool = False


def plan(spec: ProductSpec, known: Known, product_id: UUID | None) -> Plan:
    """Return what makes a product equal to its spec.

    Raises BrandNotFound, CategoryNotFound, ProductNotFound, SkuTaken, SlugTaken.
    """
    product = known.product(spec, product_id)
    known.refuse_unknown(spec)
    known.claim(spec, product)
    made = Plan(product, is_new=product._state.adding)
    if not made.is_new and product.slug != spec.slug:
        made.old_slug = product.slug
    changed = _assign(product, _product_values(spec, product, known))
    _plan_variants(made, spec, known.variants.get(product.pk, []))
    _plan_images(made, spec, known.images.get(product.pk, []))
    made.is_changed = bool(
        changed
        or made.is_new
        or made.variants_changed
        or made.variants_gone
        or made.images_changed
        or made.images_gone
    )
    copy_figures(product, made.variants.values())
    return made


def _product_values(spec: ProductSpec, product: Product, known: Known) -> dict[str, Any]:
    published_at = spec.published_at or product.published_at
    return {
        "slug": spec.slug,
        "name": spec.name,
        "sku": style_code(spec),
        "description": spec.description,
        "brand_id": spec.brand_id,
        "brand_name": known.brands[spec.brand_id] if spec.brand_id else "",
        "category_id": spec.category_id,
        "tags": list(spec.tags),
        "keywords": _keywords(spec, known),
        "attributes": dict(spec.attributes),
        "tax_class": spec.tax_class,
        "is_active": spec.is_active,
        "is_featured": spec.is_featured,
        "is_gift_card": spec.is_gift_card,
        "published_at": published_at or (timezone.now() if spec.is_active else None),
        "seo_title": spec.seo_title,
        "seo_description": spec.seo_description,
        "deleted_at": None,
    }


def _keywords(spec: ProductSpec, known: Known) -> str:
    return keywords_of(
        name=spec.name,
        tags=spec.tags,
        trail=known.categories[spec.category_id] if spec.category_id else "",
        options=[variant.option_values for variant in spec.variants],
        pictures=[image.alt_text for image in spec.images],
    )


def _plan_variants(made: Plan, spec: ProductSpec, existing: list[ProductVariant]) -> None:
    matches = [_match(existing, wanted) for wanted in spec.variants]
    skus = {wanted.sku for wanted in spec.variants}
    left = [variant for variant in existing if variant not in matches]
    made.variants_gone = [variant.pk for variant in left if variant.deleted_at is None]
    made.variants_moving = [variant.pk for variant in left if variant.sku in skus]
    for position, (wanted, match) in enumerate(zip(spec.variants, matches, strict=True)):
        if match is not None and _is_moving(match, wanted):
            made.variants_moving.append(match.pk)
        variant = match or ProductVariant(product=made.product)
        if _assign(variant, _variant_values(spec, wanted, position)) or variant._state.adding:
            made.variants_changed.append(variant)
        made.variants[wanted.sku] = variant


def _match(existing: list[ProductVariant], wanted: VariantSpec) -> ProductVariant | None:
    """By id, else by option values; a variant that had left comes back under its SKU."""
    if wanted.variant_id is not None:
        return next((v for v in existing if v.pk == wanted.variant_id), None)
    options = dict(wanted.option_values)
    live = [v for v in existing if v.deleted_at is None]
    by_options = next((v for v in live if v.option_values == options), None)
    return by_options or next(
        (v for v in existing if v.deleted_at is not None and v.sku == wanted.sku), None
    )


def _is_moving(variant: ProductVariant, wanted: VariantSpec) -> bool:
    """Variants that swap SKUs or options would meet the unique constraints half-way."""
    return variant.sku != wanted.sku or variant.option_values != dict(wanted.option_values)


def _variant_values(spec: ProductSpec, wanted: VariantSpec, position: int) -> dict[str, Any]:
    name = wanted.name or " / ".join(wanted.option_values.values()) or "Standard"
    return {
        "sku": wanted.sku,
        "name": name,
        "option_values": dict(wanted.option_values),
        "price": wanted.price,
        "compare_at_price": wanted.compare_at_price,
        "cost": wanted.cost,
        "barcode": wanted.barcode,
        "weight_grams": wanted.weight_grams,
        # A gift card is never out of stock.
        "backorder_policy": (
            ProductVariant.Backorder.CONTINUE if spec.is_gift_card else wanted.backorder_policy
        ),
        "is_active": wanted.is_active,
        "sort_order": position,
        "deleted_at": None,
    }


def _plan_images(made: Plan, spec: ProductSpec, existing: list[ProductImage]) -> None:
    matches = [_match_image(existing, wanted) for wanted in spec.images]
    made.images_gone = [image.pk for image in existing if image not in matches]
    if existing and (not matches or matches[0] is None or not matches[0].is_primary):
        made.has_new_front = True
        for image in existing:
            image.is_primary = False
    for position, (wanted, match) in enumerate(zip(spec.images, matches, strict=True)):
        image = match or ProductImage(product=made.product)
        if _assign(image, _image_values(wanted, position, made.variants)) or image._state.adding:
            made.images_changed.append(image)


def _match_image(existing: list[ProductImage], wanted: ImageSpec) -> ProductImage | None:
    for image in existing:
        is_same = image.pk == wanted.image_id if wanted.image_id else _is_same(image, wanted)
        if is_same:
            return image
    return None


def _is_same(image: ProductImage, wanted: ImageSpec) -> bool:
    if wanted.source_url:
        return image.source_url == wanted.source_url
    return isinstance(wanted.file, str) and image.file.name == wanted.file


def _image_values(
    wanted: ImageSpec, position: int, variants: Mapping[str, ProductVariant]
) -> dict[str, Any]:
    variant = variants.get(wanted.variant_sku)
    values = {
        "source_url": wanted.source_url,
        "alt_text": wanted.alt_text,
        "variant_id": variant.pk if variant else None,
        "sort_order": position,
        "is_primary": position == 0,
    }
    # No file named: an imported picture keeps the file that was fetched for it.
    return values | ({"file": wanted.file} if wanted.file else {})


def _assign(row: models.Model, values: Mapping[str, Any]) -> bool:
    """Set the values and say whether any differed."""
    changed = False
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    return changed
