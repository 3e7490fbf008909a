"""What a spec must be whatever the database holds."""

from decimal import Decimal

from django.utils.text import slugify

from catalog.commands.specs import ProductSpec, VariantSpec
from catalog.errors import InvalidProduct, SkuTaken

HIGHEST_PRICE = Decimal("9999999999.99")


def check(spec: ProductSpec) -> None:
    """Raise InvalidProduct or SkuTaken when the spec breaks a rule by itself."""
    if not spec.name.strip() or not spec.slug:
        raise InvalidProduct("A product needs a name and an address (slug).")
    if spec.slug != slugify(spec.slug):
        # In one spelling only, so that a product file finds the product by its handle.
        raise InvalidProduct("Write the address with small letters, digits and single hyphens.")
    if not spec.variants:
        raise InvalidProduct("A product needs at least one variant.")
    seen: list[dict[str, str]] = []
    for variant in spec.variants:
        _check_prices(variant, is_gift_card=spec.is_gift_card)
        if set(variant.option_values) != set(spec.variants[0].option_values):
            raise InvalidProduct("All variants of a product need the same options.")
        if dict(variant.option_values) in seen:
            raise InvalidProduct(f"Two variants are the same: {variant.name or variant.sku}.")
        seen.append(dict(variant.option_values))
    if len({variant.sku for variant in spec.variants}) < len(spec.variants):
        raise SkuTaken("Two variants have the same SKU. Give each its own.")


def _check_prices(variant: VariantSpec, *, is_gift_card: bool) -> None:
    if not variant.sku.strip():
        raise InvalidProduct("Every variant needs a SKU.")
    if not 0 <= variant.price <= HIGHEST_PRICE:
        raise InvalidProduct(f"{variant.sku}: a price is 0 or more, up to {HIGHEST_PRICE}.")
    if variant.compare_at_price is not None and variant.compare_at_price <= variant.price:
        raise InvalidProduct(f"{variant.sku}: the was-price must be above the price.")
    if is_gift_card and variant.price == 0:
        raise InvalidProduct(f"{variant.sku}: a gift card is worth what it costs, above 0.")
