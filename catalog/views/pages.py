from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.models import ContentPage
from catalog.views.meta import Meta

PREVIEW = "preview of a page"
PREVIEW_LASTS = 86_400  # seconds


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a page of text; a link of the staff site shows it before it is published."""
    hidden = _previewed(request.GET.get("preview", ""))
    found = queries.find_page(slug, with_hidden=hidden)
    meta = Meta(
        title=found.seo_title or found.title,
        description=found.seo_description,
        address=reverse("catalog:page", args=[found.slug]),
        is_indexed=hidden is None,
    )
    return render(request, "catalog/page.html", {"page": found, "meta": meta})


def preview_address(page: ContentPage) -> str:
    """Return the address that shows a page as it is saved, published or not, for a day."""
    token = signing.dumps(page.pk.hex, salt=PREVIEW)
    return f"{reverse('catalog:page', args=[page.slug])}?preview={token}"


def _previewed(token: str) -> UUID | None:
    try:
        return UUID(signing.loads(token, salt=PREVIEW, max_age=PREVIEW_LASTS))
    except (signing.BadSignature, ValueError):
        return None
