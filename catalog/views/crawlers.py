"""For machines that read the shop: robots.txt, sitemaps, the product feed; all in small pieces."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.models import Product, ProductVariant
from catalog.queries import MenuCategory
from catalog.views.meta import absolute
from shopflow.lib.html import plain

XML = "application/xml; charset=utf-8"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAPS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
FEED = 'version="2.0" xmlns:g="http://base.google.com/ns/1.0"'
HOUR = 3600  # seconds
# What says something to one person only, or the same as another page.
CLOSED = ("/admin/", "/api/", "/account/", "/accounts/", "/cart/", "/checkout/", "/orders/")
LONGEST_TITLE, LONGEST_TEXT = 150, 5000  # characters a feed may have


@require_safe
@cache_control(public=True, max_age=HOUR)
def robots(request: HttpRequest) -> HttpResponse:
    """Say what may be read, and where the sitemap is."""
    languages = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE[:2]]
    closed = [*CLOSED, "/search/", *(f"/{code}{path}" for code in languages for path in CLOSED)]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {absolute(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the sitemaps: one of shelves and pages, and one for every 40,000 products."""
    parts = range(1, len(queries.sitemap_starts()) + 1)
    places = [
        reverse("sitemap-shelves"),
        *(reverse("sitemap-products", args=[part]) for part in parts),
    ]
    entries = "".join(f"<sitemap><loc>{_text(absolute(place))}</loc></sitemap>" for place in places)
    body = f"{HEAD}<sitemapindex {SITEMAPS}>{entries}</sitemapindex>\n"
    return HttpResponse(body, content_type=XML)


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap_shelves(request: HttpRequest) -> StreamingHttpResponse:
    """List the home page, categories, brands and pages of text."""
    return _streamed(_urls(_shelves()))


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap_products(request: HttpRequest, part: int) -> StreamingHttpResponse:
    """List some of the products; 404 for a part that isn't there."""
    starts = queries.sitemap_starts()
    if not 0 < part <= len(starts):
        raise Http404
    end = starts[part] if part < len(starts) else None
    found = queries.product_addresses(start=starts[part - 1], end=end)
    return _streamed(
        _urls((reverse("catalog:product", args=[slug]), changed) for slug, changed in found)
    )


@require_safe
@cache_control(public=True, max_age=HOUR)
def feed(request: HttpRequest) -> StreamingHttpResponse:
    """Offer every variant to price comparisons (RSS 2.0, as Google Merchant Center reads it).

    https://support.google.com/merchants/answer/7052112
    """
    return _streamed(_feed())


def _streamed(lines: Iterator[str]) -> StreamingHttpResponse:
    return StreamingHttpResponse(lines, content_type=XML)


def _urls(found: Iterator[tuple[str, datetime | None]]) -> Iterator[str]:
    yield f"{HEAD}<urlset {SITEMAPS}>\n"
    for path, changed in found:
        when = f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else ""
        yield f"<url><loc>{_text(absolute(path))}</loc>{when}</url>\n"
    yield "</urlset>\n"


def _shelves() -> Iterator[tuple[str, datetime | None]]:
    yield reverse("catalog:home"), None
    yield from _below(queries.menu())
    for slug, changed in queries.brand_addresses():
        yield reverse("catalog:brand", args=[slug]), changed
    for slug, changed in queries.page_slugs():
        yield reverse("catalog:page", args=[slug]), changed


def _below(nodes: list[MenuCategory]) -> Iterator[tuple[str, datetime | None]]:
    for node in nodes:
        yield reverse("catalog:category", args=[node.slug_path]), None
        yield from _below(node.children)


def _feed() -> Iterator[str]:
    home = absolute(reverse("catalog:home"))
    name = _text(settings.SHOP_NAME)
    yield f"{HEAD}<rss {FEED}><channel><title>{name}</title><link>{_text(home)}</link>"
    yield f"<description>{name}</description>\n"
    for product in queries.offered_products():
        variants: list[ProductVariant] = product.buyable_variants  # type: ignore[attr-defined]  # to_attr
        for variant in variants:
            yield _item(product, variant, is_one_of_many=len(variants) > 1)
    yield "</channel></rss>\n"


def _item(product: Product, variant: ProductVariant, *, is_one_of_many: bool) -> str:
    page = absolute(reverse("catalog:product", args=[product.slug]))
    title = f"{product.name}, {variant.name}" if is_one_of_many else product.name
    before = variant.compare_at_price
    facts = {
        "g:id": variant.sku,
        "g:title": title[:LONGEST_TITLE],
        "g:description": (plain(product.description) or title)[:LONGEST_TEXT],
        "g:link": f"{page}?variant={variant.pk}",
        "g:image_link": _picture(product),
        "g:availability": _availability(variant),
        "g:price": _amount(before or variant.price),
        "g:sale_price": _amount(variant.price) if before else "",
        "g:brand": product.brand_name,
        "g:gtin": variant.barcode,
        "g:condition": "new",
        "g:item_group_id": product.sku if is_one_of_many else "",
    }
    parts = (f"<{name}>{_text(value)}</{name}>" for name, value in facts.items() if value)
    return f"<item>{''.join(parts)}</item>\n"


def _availability(variant: ProductVariant) -> str:
    if not variant.in_stock:
        return "out_of_stock"
    return "in_stock" if variant.stock_quantity > 0 else "backorder"


def _picture(product: Product) -> str:
    image = getattr(product, "primary_image", None)
    return absolute(image.file.url) if image and image.file else ""


def _amount(amount: Decimal) -> str:
    return f"{amount} {settings.DEFAULT_CURRENCY}"


def _text(value: str) -> str:
    """Escape a text; what XML can't hold at all is left out."""
    # https://www.w3.org/TR/xml/#charsets
    return escape("".join(sign for sign in value if sign >= " " and sign not in "\ufffe\uffff"))
