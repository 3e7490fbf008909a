"""What a page is about, as schema.org says it: JSON-LD for search engines.

https://developers.google.com/search/docs/appearance/structured-data/product
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from catalog.models import Product, ProductImage, ProductVariant
from catalog.views.meta import absolute
from shopflow.lib.html import plain

Document = dict[str, Any]
CONTEXT = "https://schema.org"
# What options are called in shops, and what schema.org calls them.
VARIES_BY = {"colour": "color", "color": "color", "size": "size", "material": "material"}


def breadcrumbs(trail: Iterable[tuple[str, str]]) -> Document:
    """The way to the page: (name, path) from the home page down."""
    steps = [
        {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
        for place, (name, path) in enumerate(trail, 1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": steps}


def item_list(products: Iterable[Product]) -> Document:
    """The products of a list, in their order."""
    items = [
        {"@type": "ListItem", "position": place, "name": product.name, "url": _page(product)}
        for place, product in enumerate(products, 1)
    ]
    return {"@context": CONTEXT, "@type": "ItemList", "itemListElement": items}


def shop_documents() -> list[Document]:
    """Who runs the shop, and how to look for something in it."""
    home = absolute(reverse("catalog:home"))
    search = f"{absolute(reverse('catalog:search'))}?q={{search_term_string}}"
    return [
        {
            "@context": CONTEXT,
            "@type": "Organization",
            "name": settings.SHOP_NAME,
            "url": home,
            **_postal_address(),
        },
        {
            "@context": CONTEXT,
            "@type": "WebSite",
            "name": settings.SHOP_NAME,
            "url": home,
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": search},
                "query-input": "required name=search_term_string",
            },
        },
    ]


def product_documents(
    product: Product,
    *,
    variants: Sequence[ProductVariant],
    images: Sequence[ProductImage],
    trail: Sequence[tuple[str, str]],
) -> list[Document]:
    """A product with its offers, several variants as a group, and the way to its page.

    `trail` is what `queries.category_trail` says: (name, path of slugs).
    """
    facts = _facts(product, images)
    if len(variants) > 1:
        names = {name for variant in variants for name in variant.option_values}
        varies = sorted({VARIES_BY[name.lower()] for name in names if name.lower() in VARIES_BY})
        facts |= {"@type": "ProductGroup", "productGroupID": product.sku}
        facts |= {"variesBy": [f"{CONTEXT}/{name}" for name in varies]} if varies else {}
        facts["hasVariant"] = [_variant(product, variant, images) for variant in variants]
    else:
        facts["sku"] = variants[0].sku if variants else product.sku
        facts |= {"offers": _offer(product, variants[0])} if variants else {}
        facts |= _gtin(variants[0]) if variants else {}
    home = [("ShopFlow", reverse("catalog:home"))]
    above = [(name, reverse("catalog:category", args=[path])) for name, path in trail]
    here = [(product.name, reverse("catalog:product", args=[product.slug]))]
    return [{"@context": CONTEXT, **facts}, breadcrumbs([*home, *above, *here])]


def _facts(product: Product, images: Sequence[ProductImage]) -> Document:
    facts: Document = {
        "@type": "Product",
        "name": product.name,
        "url": _page(product),
        "description": plain(product.description) or product.name,
    }
    if pictures := [absolute(image.file.url) for image in images if image.file]:
        facts["image"] = pictures
    if product.brand is not None:
        facts["brand"] = {"@type": "Brand", "name": product.brand.name}
    if product.rating_count:
        facts["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(product.rating_average),
            "reviewCount": product.rating_count,
        }
    return facts


def _variant(product: Product, variant: ProductVariant, images: Sequence[ProductImage]) -> Document:
    own = [image for image in images if image.file and image.variant_id == variant.pk]
    said = {
        VARIES_BY[name.lower()]: value
        for name, value in variant.option_values.items()
        if name.lower() in VARIES_BY
    }
    return {
        "@type": "Product",
        "sku": variant.sku,
        "name": f"{product.name}, {variant.name}",
        **_gtin(variant),
        **said,
        **({"image": [absolute(image.file.url) for image in own]} if own else {}),
        "offers": _offer(product, variant),
    }


def _offer(product: Product, variant: ProductVariant) -> Document:
    return {
        "@type": "Offer",
        "url": f"{_page(product)}?variant={variant.pk}",
        "price": str(variant.price),
        "priceCurrency": settings.DEFAULT_CURRENCY,
        "itemCondition": f"{CONTEXT}/NewCondition",
        "availability": f"{CONTEXT}/{_availability(variant)}",
    }


def _availability(variant: ProductVariant) -> str:
    if not variant.in_stock:
        return "OutOfStock"
    return "InStock" if variant.stock_quantity > 0 else "BackOrder"


def _gtin(variant: ProductVariant) -> Document:
    is_gtin = variant.barcode.isdecimal() and len(variant.barcode) in {8, 12, 13, 14}
    return {"gtin": variant.barcode} if is_gtin else {}


def _page(product: Product) -> str:
    return absolute(reverse("catalog:product", args=[product.slug]))


def _postal_address() -> Document:
    lines = settings.SHOP_ADDRESS
    return {"address": ", ".join(lines)} if lines else {}
