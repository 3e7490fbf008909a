"""The pictures of a product as a file names them, laid over those the shop has."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from catalog import commands as catalog
from catalog.models import ProductImage
from shopflow.catalog_import.parsed import ParsedImage, ParsedProduct
from shopflow.catalog_import.present import Present

Variants = Sequence[catalog.VariantSpec]


def image_specs(
    parsed: ParsedProduct, present: Present | None, variants: Variants
) -> Iterator[catalog.ImageSpec]:
    """Yield the pictures that the file names; behind them stays what staff uploaded.

    `variants` are the parsed ones as they will be.
    """
    named: set[UUID] = set()
    for image in parsed.images:
        sku = _sku_in_file(image, parsed, variants)
        found = present.image(image.url) if present else None
        if found:
            row, told = found
            named.add(row.pk)
            # Of a variant's pictures a file names only the first. The others stay with it.
            sku = _sku_in_shop(row, variants) if image.owner == told.owner else sku
            alt_text = row.alt_text if image.alt_text == told.alt_text else image.alt_text
            yield _as_it_is(row, alt_text, sku)
        else:
            yield catalog.ImageSpec(source_url=image.url, alt_text=image.alt_text, variant_sku=sku)
    for row in present.product.images.all() if present else ():
        if not row.source_url and row.pk not in named:
            yield _as_it_is(row, row.alt_text, _sku_in_shop(row, variants))


def _sku_in_file(image: ParsedImage, parsed: ParsedProduct, variants: Variants) -> str:
    pairs = zip(parsed.variants, variants, strict=True)
    return next((made.sku for said, made in pairs if said.options == image.owner), "")


def _sku_in_shop(row: ProductImage, variants: Variants) -> str:
    own = (variant.sku for variant in variants if variant.variant_id == row.variant_id)
    return next(own, "") if row.variant_id else ""


def _as_it_is(row: ProductImage, alt_text: str, sku: str) -> catalog.ImageSpec:
    return catalog.ImageSpec(
        image_id=row.pk, source_url=row.source_url, alt_text=alt_text, variant_sku=sku
    )
