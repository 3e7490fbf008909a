from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db import models
from django.utils import timezone

from catalog.commands.read_models import refresh_read_models
from catalog.commands.specs import ImageSpec, ProductSpec, SavedProduct, VariantSpec
from catalog.errors import InvalidProduct, ProductNotFound, SkuTaken, SlugTaken
from catalog.models import Brand, Product, ProductImage, ProductVariant
from catalog.signals import product_deleted
from shopflow.lib import cache
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

HIGHEST_PRICE = Decimal("9999999999.99")


@command
def save_product(*, spec: ProductSpec, product_id: UUID | None = None) -> SavedProduct:
    """Make a product, or make the one with this id (else this slug) equal to the spec.

    Variants and pictures that the spec doesn't name leave the shop; orders keep what they sold.
    Raises InvalidProduct, ProductNotFound, SkuTaken, SlugTaken. Safe to repeat.
    """
    _check(spec)
    product = _find(spec, product_id)
    is_new = product._state.adding
    changed = _assign(product, _product_values(spec, product)) or is_new
    if changed:
        product.save()
    variants, variants_changed = _save_variants(product, spec)
    images_changed = _save_images(product, spec, variants)
    changed = changed or variants_changed or images_changed
    if changed:
        refresh_read_models(product)
        cache.renew(cache.CATALOG, cache.product_scope(product.slug))
    kind: Literal["created", "updated", "unchanged"] = "updated" if changed else "unchanged"
    return SavedProduct(product, "created" if is_new else kind, variants)


@command
def delete_product(*, product_id: UUID) -> Product:
    """Take a product out of lists, search, carts and wish lists; orders keep it.

    Carts and wish lists follow by a worker. Raises ProductNotFound. Safe to repeat.
    """
    product = Product.objects.select_for_update(no_key=True).filter(pk=product_id).first()
    if product is None:
        raise ProductNotFound
    if product.deleted_at is None:
        product.deleted_at = timezone.now()
        product.save(update_fields=["deleted_at", "updated_at"])
        announce(product_deleted, product_id=product.pk)
        cache.renew(cache.CATALOG, cache.product_scope(product.slug))
    return product


def _check(spec: ProductSpec) -> None:
    if not spec.name.strip() or not spec.slug:
        raise InvalidProduct("A product needs a name and an address (slug).")
    if not spec.variants:
        raise InvalidProduct("A product needs at least one variant.")
    seen: list[dict[str, str]] = []
    for variant in spec.variants:
        _check_prices(variant)
        if set(variant.option_values) != set(spec.variants[0].option_values):
            raise InvalidProduct("All variants of a product need the same options.")
        if dict(variant.option_values) in seen:
            raise InvalidProduct(f"Two variants are the same: {variant.name or variant.sku}.")
        seen.append(dict(variant.option_values))
    if len({variant.sku for variant in spec.variants}) < len(spec.variants):
        raise SkuTaken("Two variants have the same SKU. Give each its own.")


def _check_prices(variant: VariantSpec) -> None:
    if not variant.sku.strip():
        raise InvalidProduct("Every variant needs a SKU.")
    if not 0 <= variant.price <= HIGHEST_PRICE:
        raise InvalidProduct(f"{variant.sku}: a price is 0 or more, up to {HIGHEST_PRICE}.")
    if variant.compare_at_price is not None and variant.compare_at_price <= variant.price:
        raise InvalidProduct(f"{variant.sku}: the was-price must be above the price.")


def _find(spec: ProductSpec, product_id: UUID | None) -> Product:
    rows = Product.objects.select_for_update(no_key=True, of=("self",))
    by_slug = rows.filter(slug=spec.slug).first()
    if product_id is None:
        return by_slug or Product(slug=spec.slug)
    if by_slug is not None and by_slug.pk != product_id:
        raise SlugTaken
    product = by_slug or rows.filter(pk=product_id).first()
    if product is None:
        raise ProductNotFound
    return product


def _product_values(spec: ProductSpec, product: Product) -> dict[str, Any]:
    brand = Brand.objects.get(pk=spec.brand_id) if spec.brand_id else None
    style_code = spec.sku or spec.slug
    if Product.objects.filter(sku=style_code).exclude(pk=product.pk).exists():
        raise SkuTaken(f"Another product already uses the style code {style_code}.")
    published_at = spec.published_at or product.published_at
    return {
        "slug": spec.slug,
        "name": spec.name,
        "sku": style_code,
        "description": spec.description,
        "brand_id": spec.brand_id,
        "brand_name": brand.name if brand else "",
        "category_id": spec.category_id,
        "tags": list(spec.tags),
        "attributes": dict(spec.attributes),
        "tax_class": spec.tax_class,
        "is_active": spec.is_active,
        "is_featured": spec.is_featured,
        "published_at": published_at or (timezone.now() if spec.is_active else None),
        "seo_title": spec.seo_title,
        "seo_description": spec.seo_description,
        "deleted_at": None,
    }


def _save_variants(product: Product, spec: ProductSpec) -> tuple[dict[str, ProductVariant], bool]:
    existing = list(product.variants.select_for_update(no_key=True, of=("self",)))
    _refuse_taken_skus(product, spec)
    kept: dict[str, ProductVariant] = {}
    changed = False
    matches = [_match(existing, variant) for variant in spec.variants]
    gone = [v for v in existing if v.deleted_at is None and v not in matches]
    for variant in gone:
        variant.deleted_at = timezone.now()
        variant.save(update_fields=["deleted_at", "updated_at"])
    _free_skus(existing, spec.variants, matches)
    for position, (wanted, match) in enumerate(zip(spec.variants, matches, strict=True)):
        variant = match or ProductVariant(product=product)
        if _assign(variant, _variant_values(wanted, position)) or variant._state.adding:
            variant.save()
            changed = True
        kept[wanted.sku] = variant
    return kept, changed or bool(gone)


def _refuse_taken_skus(product: Product, spec: ProductSpec) -> None:
    skus = [variant.sku for variant in spec.variants]
    taken = ProductVariant.objects.filter(sku__in=skus).exclude(product=product).first()
    if taken is not None:
        raise SkuTaken(f"The SKU {taken.sku} belongs to another product. Choose a different one.")


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


def _free_skus(
    existing: Sequence[ProductVariant],
    wanted: Sequence[VariantSpec],
    matches: Sequence[ProductVariant | None],
) -> None:
    # One that left may hold the SKU that another now gets; it is known by its id from then on.
    skus = {spec.sku for spec in wanted}
    moving = [v.pk for v in existing if v.sku in skus and v not in matches]
    # Variants that swap SKUs or options would meet the unique constraints half-way.
    moving += [
        match.pk
        for spec, match in zip(wanted, matches, strict=True)
        if match is not None
        and (match.sku != spec.sku or match.option_values != dict(spec.option_values))
    ]
    for variant_id in moving:
        ProductVariant.objects.filter(pk=variant_id).update(
            sku=f"~{variant_id.hex}", option_values={"~": variant_id.hex}
        )


def _variant_values(wanted: VariantSpec, position: int) -> dict[str, Any]:
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
        "backorder_policy": wanted.backorder_policy,
        "is_active": wanted.is_active,
        "sort_order": position,
        "deleted_at": None,
    }


def _save_images(
    product: Product, spec: ProductSpec, variants: Mapping[str, ProductVariant]
) -> bool:
    existing = list(product.images.all())
    kept: list[ProductImage] = []
    changed = False
    matches = [_match_image(existing, wanted) for wanted in spec.images]
    gone = [image for image in existing if image not in matches]
    for image in gone:
        image.delete()
    if existing and (not matches or matches[0] is None or not matches[0].is_primary):
        product.images.filter(is_primary=True).update(is_primary=False)
        for image in existing:
            image.is_primary = False
    for position, (wanted, match) in enumerate(zip(spec.images, matches, strict=True)):
        image = match or ProductImage(product=product)
        if _assign(image, _image_values(wanted, position, variants)) or image._state.adding:
            image.save()
            changed = True
        kept.append(image)
    return changed or bool(gone)


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
