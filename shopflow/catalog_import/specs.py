"""What a file says of a product, laid over what the shop has of it."""

from typing import Any

from catalog import commands as catalog
from catalog.models import Product
from shopflow.catalog_import.names import Names
from shopflow.catalog_import.parsed import ParsedProduct, ParsedVariant
from shopflow.catalog_import.pictures import image_specs
from shopflow.catalog_import.present import Present

# Our name of a field, and the file's.
_FIELDS = {
    "name": "title",
    "description": "body",
    "tags": "tags",
    "is_active": "is_published",
    "seo_title": "seo_title",
    "seo_description": "seo_description",
}
_VARIANT_FIELDS = {
    "sku": "sku",
    "price": "price",
    "option_values": "options",
    "compare_at_price": "compare_at_price",
    "cost": "cost",
    "barcode": "barcode",
    "weight_grams": "weight_grams",
    "backorder_policy": "backorder_policy",
}


def spec_of(parsed: ParsedProduct, present: Present | None, names: Names) -> catalog.ProductSpec:
    """Return the product as it should be; what the format can't say stays as it is."""
    if present:
        parsed = present.with_known_skus(parsed)
    product = present.product if present else Product()
    told = present.told if present else None
    variants = [_variant_spec(variant, present) for variant in parsed.variants]
    has_new_brand = parsed.brand and not (told and told.brand == parsed.brand)
    has_new_category = parsed.category and not (told and told.category == parsed.category)
    return catalog.ProductSpec(
        slug=parsed.slug,
        sku=product.sku,
        brand_id=names.brand_id(parsed.brand) if has_new_brand else product.brand_id,
        category_id=(
            names.category_id(parsed.category) if has_new_category else product.category_id
        ),
        attributes=product.attributes,
        tax_class=product.tax_class,
        is_featured=product.is_featured,
        is_gift_card=product.is_gift_card,
        variants=variants,
        images=list(image_specs(parsed, present, variants)),
        **_kept(_FIELDS, product, parsed, told),
    )


def _kept(fields: dict[str, str], row: Any, parsed: Any, told: Any | None) -> dict[str, Any]:
    """Return the row's values where the file says what it would say of them, else the file's."""
    return {
        ours: getattr(row, ours)
        if told is not None and getattr(told, theirs) == getattr(parsed, theirs)
        else getattr(parsed, theirs)
        for ours, theirs in fields.items()
    }


def _variant_spec(parsed: ParsedVariant, present: Present | None) -> catalog.VariantSpec:
    found = present.variant(parsed) if present else None
    if found is None:
        return catalog.VariantSpec(**_kept(_VARIANT_FIELDS, None, parsed, None))
    row, told = found
    return catalog.VariantSpec(
        name=row.name,
        is_active=row.is_active,
        variant_id=row.pk,
        **_kept(_VARIANT_FIELDS, row, parsed, told),
    )
