"""Looking for something: the page of what was found, and what may be meant while typing."""

import hashlib
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog import queries, tasks
from catalog.forms import read_listing
from catalog.queries import MenuCategory
from catalog.views.lists import list_page
from catalog.views.meta import Meta
from shopflow.lib.cache import CATALOG, remembered
from shopflow.lib.queue import enqueue

LONGEST_QUESTION = 100
SORTS = {"relevance": queries.BY_RELEVANCE, **queries.SORTS}
POPULAR = 4
SHORTEST_BEGINNING = 2  # letters, before anything is suggested
HOUR = 3600  # seconds
MOST_PLACES = 6  # below the one that is looked in
MOST_MISSES = 300  # that are written down in an hour


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Look for products; without a question show the search box alone."""
    question = _question(request)
    menu = queries.menu()
    place = request.GET.get("in", "")
    shelf = queries.find_node(nodes=menu, slug_path=place)
    found = queries.search(
        text=question, shelf=shelf.id if shelf else None, corrects="exact" not in request.GET
    )
    # What only comes close isn't counted: its third statement went into looking again.
    counted = queries.Tally(total=len(found.ids)) if found.is_loose else None
    listing = read_listing(request.GET, found.products, sorts=SORTS, counted=counted)
    if question and shelf is None and (found.is_loose or not found.ids):  # of all the shop
        _note_missed(question)
    address = reverse("catalog:search")
    context: dict[str, Any] = {
        # What somebody looked for is no page of its own.
        "meta": Meta(title=question or _("Search"), address=address, is_indexed=False),
        "question": question,
        "found": found,
        "menu": menu,
        "shelf": shelf,
        "places": _places(menu, shelf),
        "is_lost": bool(place) and shelf is None,
        "is_exact": "exact" in request.GET,
        "popular": [] if found.ids else queries.popular()[:POPULAR],
    }
    return list_page(request, "catalog/search.html", listing, context=context)


@require_safe
@cache_control(public=True, max_age=300)
def suggest(request: HttpRequest) -> HttpResponse:
    """Say what may be meant by a beginning: a piece of a page, for the script."""
    question = _question(request)
    inside = request.GET.get("in", "")[:LONGEST_QUESTION]
    if len(question) < SHORTEST_BEGINNING:
        return HttpResponse()

    def make() -> str:
        context = {"suggestions": queries.suggestions(text=question, inside=inside)}
        return render(request, "catalog/_suggestions.html", context).content.decode()

    key = f"suggest:{get_language()}:{inside}:{question.lower()}"
    return HttpResponse(remembered(key, scopes=[CATALOG], make=make))


def _question(request: HttpRequest) -> str:
    words = request.GET.get("q", "").replace("\0", " ").split()
    return " ".join(words)[:LONGEST_QUESTION]


def _places(menu: list[MenuCategory], shelf: MenuCategory | None) -> list[MenuCategory]:
    """Return where else may be looked: the roots, or the shelf with those above and below it."""
    if shelf is None:
        return menu
    steps = shelf.slug_path.split("/")
    paths = ("/".join(steps[:length]) for length in range(1, len(steps)))
    above = [queries.find_node(nodes=menu, slug_path=path) for path in paths]
    return [*filter(None, above), shelf, *shelf.children[:MOST_PLACES]]


def _note_missed(question: str) -> None:
    """Tell a worker what nobody found: the same question once an hour, and not too many."""
    digest = hashlib.sha256(question.lower().encode(errors="replace")).hexdigest()
    so_far = f"misses:{timezone.now():%Y%m%d%H}"
    # Without Redis nothing is noted, and nothing could be queued.
    if cache.add(f"missed:{digest}", True, HOUR) and cache.get(so_far, 0) < MOST_MISSES:
        cache.set(so_far, cache.get(so_far, 0) + 1, HOUR)
        enqueue(tasks.log_missed, question, (get_language() or "en").partition("-")[0])
