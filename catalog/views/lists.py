from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.filters import ShelfFilter
from catalog.forms import Listing, read_listing
from catalog.models import Brand, Product
from catalog.queries import MenuCategory

FEATURED_ON_HOME = 4
NEWEST_ON_HOME = 8
LONGEST_QUESTION = 100
SEARCH_SORTS = {"relevance": queries.BY_RELEVANCE, **queries.SORTS}


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
def category(request: HttpRequest, slugs: str) -> HttpResponse:
    """Show a shelf with everything on it and on the shelves below."""
    found, ancestors = queries.find_category(slugs)
    menu = queries.menu()
    context = {
        "category": found,
        "ancestors": ancestors,
        "menu": menu,
        "shelf": _node(menu, slugs),
        "root_path": slugs.partition("/")[0],
    }
    listing = read_listing(
        request.GET,
        queries.on_shelf(found),
        sorts=queries.SHELF_SORTS,
        brands=queries.brands_on(found),
        filter_class=ShelfFilter,
    )
    return _page(request, "catalog/category.html", listing, context=context)


@require_safe
def brand(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything of one maker."""
    found = queries.find_brand(slug)
    products = Product.objects.visible().filter(brand=found)
    brands = Brand.objects.filter(pk=found.pk)
    listing = read_listing(request.GET, products, sorts=queries.SORTS, brands=brands)
    context = {"brand": found, "hides_brands": True}
    return _page(request, "catalog/brand.html", listing, context=context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Look for products; without a question show the search box alone."""
    question = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUESTION]
    listing = _found(request, queries.search(question), question)
    if not listing.page.rows:
        listing = _found(request, queries.search_beginnings(question), question)
    context = {"question": question, "menu": queries.menu()}
    return _page(request, "catalog/search.html", listing, context=context)


def _found(request: HttpRequest, found: "QuerySet[Product]", question: str) -> Listing:
    return read_listing(
        request.GET,
        found,
        sorts=SEARCH_SORTS,
        brands=queries.brands_of(queries.best_matches(found=found, text=question)),
        question=question,
    )


def _page(
    request: HttpRequest, template: str, listing: Listing, *, context: dict[str, Any]
) -> HttpResponse:
    status = 200 if listing.is_valid else 400
    return render(request, template, {"listing": listing, **context}, status=status)


def _node(menu: list[MenuCategory], slug_path: str) -> MenuCategory | None:
    """Return the category of this address in the tree."""
    for node in menu:
        if node.slug_path == slug_path:
            return node
        if slug_path.startswith(f"{node.slug_path}/"):
            return _node(node.children, slug_path)
    return None
