from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.filters import ShelfFilter
from catalog.forms import Listing, read_listing
from catalog.models import Product
from catalog.views.moved import follows_moves

FEATURED_ON_HOME = 4
NEWEST_ON_HOME = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Open the shop: what it is, its shelves, what's good and what's new."""
    cards = Product.objects.visible().with_card().order_by("-published_at", "-id")
    featured = list(cards.filter(is_featured=True)[:FEATURED_ON_HOME])
    shown = [product.pk for product in featured]
    context = {
        "menu": queries.menu(),
        "featured": featured,
        "newest": cards.exclude(pk__in=shown)[:NEWEST_ON_HOME],
    }
    return render(request, "catalog/home.html", context)


@require_safe
@follows_moves("category")
def category(request: HttpRequest, slugs: str) -> HttpResponse:
    """Show a shelf with everything on it and on the shelves below."""
    found, ancestors = queries.find_category(slugs)
    menu = queries.menu()
    listing = read_listing(
        request.GET,
        queries.on_shelf(found),
        sorts=queries.SHELF_SORTS,
        filter_class=ShelfFilter,
        counted=queries.stored_facets(found.pk),
    )
    context = {
        "category": found,
        "ancestors": ancestors,
        "menu": menu,
        "shelf": queries.find_node(nodes=menu, slug_path=slugs),
        "root_path": slugs.partition("/")[0],
    }
    return list_page(request, "catalog/category.html", listing, context=context)


@require_safe
@follows_moves("brand")
def brand(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything of one maker."""
    found = queries.find_brand(slug)
    products = Product.objects.visible().filter(brand=found)
    listing = read_listing(request.GET, products, sorts=queries.SORTS)
    context = {"brand": found, "hides_brands": True}
    return list_page(request, "catalog/brand.html", listing, context=context)


def list_page(
    request: HttpRequest, template: str, listing: Listing, *, context: dict[str, Any]
) -> HttpResponse:
    """Show a list; 400 where a filter can't be read."""
    status = 200 if listing.is_valid else 400
    return render(request, template, {"listing": listing, **context}, status=status)
