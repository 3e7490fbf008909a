from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.filters import ShelfFilter
from catalog.forms import Listing, read_listing
from catalog.models import Product
from catalog.views.meta import Meta
from catalog.views.moved import follows_moves, query_of
from catalog.views.structured import breadcrumbs, item_list, shop_documents
from shopflow.lib.languages import in_their_language

FEATURED_ON_HOME = 4
NEWEST_ON_HOME = 8


@require_safe
@in_their_language
def home(request: HttpRequest) -> HttpResponse:
    """Open the shop: what it is, its shelves, what's good and what's new."""
    cards = Product.objects.visible().with_card().order_by("-published_at", "-id")
    featured = list(cards.filter(is_featured=True)[:FEATURED_ON_HOME])
    shown = [product.pk for product in featured]
    meta = Meta(
        title=_("Good things for every day"),
        description=_(
            "Clothes, bags, light and tea: good things for every day, from people who like making "
            "them."
        ),
        address=reverse("catalog:home"),
    )
    context = {
        "meta": meta,
        "json_ld": shop_documents(),
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
    trail = [(node.name, reverse("catalog:category", args=[node.slug_path])) for node in ancestors]
    here = (found.name, reverse("catalog:category", args=[slugs]))
    context = {
        "meta": _meta(
            title=found.seo_title or found.name,
            description=found.seo_description or found.description,
            address=here[1],
            listing=listing,
        ),
        "json_ld": _documents([*trail, here], listing),
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
    address = reverse("catalog:brand", args=[slug])
    about = _("Everything we carry from %(name)s.") % {"name": found.name}
    context = {
        "meta": _meta(title=found.name, description=about, address=address, listing=listing),
        "json_ld": _documents([(found.name, address)], listing),
        "brand": found,
        "hides_brands": True,
    }
    return list_page(request, "catalog/brand.html", listing, context=context)


def list_page(
    request: HttpRequest, template: str, listing: Listing, *, context: dict[str, Any]
) -> HttpResponse:
    """Show a list; 400 where a filter can't be read."""
    status = 200 if listing.is_valid else 400
    context |= {"listing": listing, "query": query_of(request)}
    return render(request, template, context, status=status)


def _meta(*, title: str, description: str, address: str, listing: Listing) -> Meta:
    """A list is known by its first page; narrowed or further on it is the same products again."""
    is_whole = not listing.chips and listing.is_first and listing.is_valid
    first = next(iter(listing.page.rows), None)
    picture = getattr(first, "primary_image", None)
    image = picture.file.url if picture and picture.file else ""
    return Meta(
        title=title, description=description, address=address, image=image, is_indexed=is_whole
    )


def _documents(trail: list[tuple[str, str]], listing: Listing) -> list[dict[str, Any]]:
    home = (_("Home"), reverse("catalog:home"))
    return [breadcrumbs([home, *trail]), item_list(listing.page.rows)]
