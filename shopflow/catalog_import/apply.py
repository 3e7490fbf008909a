"""Parsed products into the shop: one transaction for the whole file."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from django.db.models import F
from django.utils.text import slugify

from catalog import commands as catalog
from catalog.models import Brand, Category, Product, ProductVariant
from inventory import commands as inventory
from shopflow.catalog_import.parse import ParsedProduct, ParsedVariant, read_products
from shopflow.catalog_import.report import Note, Report
from shopflow.lib.errors import DomainError
from shopflow.lib.transactions import command

REASON = "catalogue import"
# The format says only that a variant goes on selling at 0; so many units may be sold ahead.
SOLD_AHEAD = 1000


@dataclass
class Outcome:
    """What an import did, or would do; nothing was changed when there are faults."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Count:
    """What the file says of a variant's stock; no quantity leaves the units as they are."""

    variant_id: UUID
    quantity: int | None
    sells_ahead: bool
    line: int


class _TakenBack(Exception):
    """Ends the transaction so that nothing is kept."""


def import_catalog(stream: BinaryIO, *, with_stock: bool = False, dry_run: bool = False) -> Outcome:
    """Make the products of a Shopify CSV file part of the shop: all of them or none.

    Products match by handle, variants by option values. Variants and imported pictures that the
    file doesn't name leave the shop; what the format can't say stays as it is. Stock is set for
    new variants only (a second import must not bring sold units back), for all `with_stock`.
    Pictures are not fetched, their addresses are kept. Safe to repeat.
    """
    report = Report()
    products = list(read_products(stream, report))
    outcome = Outcome(
        faults=report.faults, warnings=report.warnings, ignored_columns=report.ignored_columns
    )
    if outcome.faults:
        return outcome
    try:
        _apply(products, outcome, with_stock=with_stock, dry_run=dry_run)
    except _TakenBack:
        if outcome.faults:
            outcome.created = outcome.updated = outcome.unchanged = 0
    return outcome


@command
def _apply(
    products: Sequence[ParsedProduct], outcome: Outcome, *, with_stock: bool, dry_run: bool
) -> None:
    # Counted anew when the transaction is tried again after a deadlock.
    outcome.created = outcome.updated = outcome.unchanged = 0
    outcome.faults = []
    counts: list[_Count] = []
    for product in products:
        try:
            counts += _save(product, outcome, with_stock=with_stock)
        except DomainError as error:
            # Go on, to name every fault of the file; all is taken back below.
            outcome.faults.append(Note(product.line, str(error)))
    # Stock comes last and in the order of keys, as everywhere.
    for wanted in sorted(counts, key=lambda wanted: wanted.variant_id):
        try:
            _set_stock(wanted)
        except DomainError as error:
            outcome.faults.append(Note(wanted.line, str(error)))
    if outcome.faults or dry_run:
        outcome.faults.sort(key=lambda fault: fault.line)
        raise _TakenBack


def _save(product: ParsedProduct, outcome: Outcome, *, with_stock: bool) -> Iterator[_Count]:
    """Save one product and return what its variants' stock should be."""
    there = Product.objects.filter(slug=product.slug).first()
    variants = list(there.variants.all()) if there else []
    known = {variant.pk for variant in variants}
    skus = {variant.line: _sku(variant, variants) for variant in product.variants}
    saved = catalog.save_product(spec=_spec(product, there, skus))
    setattr(outcome, saved.change, getattr(outcome, saved.change) + 1)
    found = [(saved.variants[skus[variant.line]].pk, variant) for variant in product.variants]
    return (
        _Count(
            variant_id=pk,
            quantity=variant.quantity if with_stock or pk not in known else None,
            sells_ahead=variant.backorder_policy == ProductVariant.Backorder.CONTINUE,
            line=variant.line,
        )
        for pk, variant in found
    )


def _set_stock(wanted: _Count) -> None:
    if wanted.quantity is not None:
        inventory.count(variant_id=wanted.variant_id, quantity=wanted.quantity, reason=REASON)
    stock = inventory.ensure_stock_row(variant_id=wanted.variant_id)
    # A limit that staff chose stays as it is.
    if wanted.sells_ahead != (stock.backorder_limit > 0):
        limit = SOLD_AHEAD if wanted.sells_ahead else 0
        inventory.allow_backorders(variant_id=wanted.variant_id, limit=limit)


def _sku(parsed: ParsedVariant, variants: Sequence[ProductVariant]) -> str:
    """Return the SKU the variant will have: one that was made gives way to one it got since."""
    if parsed.is_sku_made:
        for variant in variants:
            if variant.option_values == parsed.options and variant.deleted_at is None:
                return variant.sku
    return parsed.sku


def _spec(
    parsed: ParsedProduct, there: Product | None, skus: dict[int, str]
) -> catalog.ProductSpec:
    product = there or Product()
    return catalog.ProductSpec(
        slug=parsed.slug,
        name=parsed.title,
        description=parsed.body,
        sku=product.sku,
        brand_id=_brand_id(parsed.brand) if parsed.brand else product.brand_id,
        category_id=_category_id(parsed.category) if parsed.category else product.category_id,
        tags=parsed.tags,
        attributes=product.attributes,
        tax_class=product.tax_class,
        is_active=parsed.is_published,
        is_featured=product.is_featured,
        seo_title=parsed.seo_title,
        seo_description=parsed.seo_description,
        variants=[_variant_spec(variant, skus[variant.line]) for variant in parsed.variants],
        images=[*_imported_images(parsed, skus), *_uploaded_images(there)],
    )


def _variant_spec(parsed: ParsedVariant, sku: str) -> catalog.VariantSpec:
    return catalog.VariantSpec(
        sku=sku,
        price=parsed.price,
        option_values=parsed.options,
        compare_at_price=parsed.compare_at_price,
        cost=parsed.cost,
        barcode=parsed.barcode,
        weight_grams=parsed.weight_grams,
        backorder_policy=parsed.backorder_policy,
    )


def _imported_images(parsed: ParsedProduct, skus: dict[int, str]) -> Iterator[catalog.ImageSpec]:
    for image in parsed.images:
        # Shopify lets variants share a picture; here it belongs to the first of them.
        owners = [skus[v.line] for v in parsed.variants if v.image_url == image.url]
        yield catalog.ImageSpec(
            source_url=image.url,
            alt_text=image.alt_text,
            variant_sku=owners[0] if owners else "",
        )


def _uploaded_images(there: Product | None) -> Iterator[catalog.ImageSpec]:
    """What staff uploaded stays, behind what the file names."""
    for image in there.images.filter(source_url="").select_related("variant") if there else ():
        yield catalog.ImageSpec(
            image_id=image.pk,
            alt_text=image.alt_text,
            variant_sku=image.variant.sku if image.variant else "",
        )


def _brand_id(name: str) -> UUID:
    slug = slugify(name)[:100]
    brand = Brand.objects.filter(name=name).first()
    brand = brand or (Brand.objects.filter(slug=slug).first() if slug else None)
    return (brand or catalog.save_brand(name=name)).pk


def _category_id(name: str) -> UUID:
    """Return the category of this name, the one nearest the root; made when there is none."""
    # A name in another script leaves nothing for an address, so it gets a made one.
    slug = slugify(name)[:100] or hashlib.sha256(name.encode()).hexdigest()[:12]
    same = Category.objects.filter(slug=slug).order_by(F("parent").asc(nulls_first=True))
    return (same.first() or catalog.save_category(name=name, slug=slug)).pk
