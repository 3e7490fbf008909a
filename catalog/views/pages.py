from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.views.meta import Meta


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a page of text; a link of the staff site shows it before it is published."""
    hidden = queries.previewed(request.GET.get("preview", ""))
    found = queries.find_page(slug=slug, with_hidden=hidden)
    meta = Meta(
        title=found.seo_title or found.title,
        description=found.seo_description,
        address=reverse("catalog:page", args=[found.slug]),
        is_indexed=hidden is None,
    )
    return render(request, "catalog/page.html", {"page": found, "meta": meta})
