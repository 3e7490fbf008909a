"""One product as the rows of a file; the reverse of `shopflow.catalog_import.parse`."""

from collections.abc import Iterator, Sequence
from itertools import permutations, zip_longest
from urllib.parse import urljoin

from django.conf import settings

from catalog.models import Product, ProductImage, ProductVariant
from shopflow.catalog_export.products import live_variants, stock_of
from shopflow.catalog_import.formulas import neutralised
from shopflow.catalog_import.parse import OPTIONS

COLUMNS = (
    "Handle|Title|Body (HTML)|Vendor|Type|Tags|Published|"
    "Option1 Name|Option1 Value|Option2 Name|Option2 Value|Option3 Name|Option3 Value|"
    "Variant SKU|Variant Grams|Variant Inventory Tracker|Variant Inventory Qty|"
    "Variant Inventory Policy|Variant Fulfillment Service|Variant Price|Variant Compare At Price|"
    "Variant Requires Shipping|Variant Taxable|Variant Barcode|Image Src|Image Position|"
    "Image Alt Text|Gift Card|SEO Title|SEO Description|Variant Image|Variant Weight Unit|"
    "Cost per item|Status"
).split("|")
# Shopify takes an empty cell of these for a no. We don't read them back.
ALWAYS = {
    "Variant Fulfillment Service": "manual",
    "Variant Requires Shipping": "TRUE",
    "Variant Taxable": "TRUE",
    "Variant Weight Unit": "g",
}
Row = dict[str, str]


def rows_of(product: Product) -> Iterator[Row]:
    """Yield a product from `with_parts` as rows: one for each variant, further ones for pictures.

    What a spreadsheet would run as a formula is disarmed.
    """
    variants = live_variants(product)
    names = _option_names(variants)
    parts = zip_longest(variants, product.images.all())
    for number, (variant, image) in enumerate(parts):
        row = {"Handle": product.slug}
        if number == 0:
            row |= _head(product, names)
        if variant is not None:
            row |= _variant(variant, names, product)
        if image is not None:
            row |= _image(image, position=number + 1)
        yield {column: neutralised(cell) for column, cell in row.items()}


def address_of(image: ProductImage) -> str:
    """Return where a picture can be fetched: an uploaded one from this shop."""
    return image.source_url or urljoin(f"{settings.SITE_URL}/", image.file.url)


def _option_names(variants: Sequence[ProductVariant]) -> list[str]:
    """Return the names of the options in the order in which they were given.

    JSON in the database keeps none, but the variants' own names do where nobody changed them.
    """
    names = list(variants[0].option_values) if variants else []
    for order in permutations(names) if len(names) <= len(OPTIONS) else ():
        if all(v.name == " / ".join(v.option_values[name] for name in order) for v in variants):
            return list(order)
    return names


def _head(product: Product, names: list[str]) -> Row:
    return {
        "Title": product.name,
        "Body (HTML)": product.description,
        "Vendor": product.brand.name if product.brand else "",
        "Type": product.category.name if product.category else "",
        "Tags": ", ".join(product.tags),
        "Published": "TRUE" if product.is_active else "FALSE",
        **{f"Option{n} Name": name for n, name in zip(OPTIONS, names or ["Title"], strict=False)},
        "Gift Card": "TRUE" if product.is_gift_card else "FALSE",
        "SEO Title": product.seo_title,
        "SEO Description": product.seo_description,
        "Status": "active" if product.is_active else "draft",
    }


def _variant(variant: ProductVariant, names: list[str], product: Product) -> Row:
    values = [str(variant.option_values.get(name, "")) for name in names] or ["Default Title"]
    stock = stock_of(variant)
    before, cost = variant.compare_at_price, variant.cost
    return {
        **ALWAYS,
        **{f"Option{n} Value": value for n, value in zip(OPTIONS, values, strict=False)},
        "Variant SKU": variant.sku,
        "Variant Grams": str(variant.weight_grams),
        "Variant Inventory Tracker": "shopify" if product.track_inventory else "",
        "Variant Inventory Qty": str(stock.quantity_on_hand if stock else 0),
        "Variant Inventory Policy": variant.backorder_policy,
        "Variant Price": str(variant.price),
        "Variant Compare At Price": "" if before is None else str(before),
        "Variant Barcode": variant.barcode,
        "Variant Image": _own_picture(variant, product),
        "Cost per item": "" if cost is None else str(cost),
    }


def _own_picture(variant: ProductVariant, product: Product) -> str:
    """The format has room for one picture of a variant: the first."""
    own = (image for image in product.images.all() if image.variant_id == variant.pk)
    return next((address_of(image) for image in own), "")


def _image(image: ProductImage, *, position: int) -> Row:
    return {
        "Image Src": address_of(image),
        "Image Position": str(position),
        "Image Alt Text": image.alt_text,
    }
