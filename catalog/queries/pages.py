"""Pages of text, and the menus that lead to them, in the reader's language or the shop's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.translation import get_language

from catalog.errors import PageNotFound
from catalog.models import ContentPage, MenuItem
from catalog.queries.frame import frame
from catalog.queries.shelves import find_id, find_node, menu

PREVIEW = "preview of a page"
PREVIEW_LASTS = 86_400  # seconds


@dataclass
class MenuLink:
    """A link of a menu: to a page's slug, to a category's path, or to a whole address."""

    label: str
    page: str = ""
    category: str = ""
    url: str = ""
    children: "list[MenuLink]" = field(default_factory=list)


def find_page(*, slug: str, with_hidden: UUID | None = None) -> ContentPage:
    """Return a page that may be seen, or this hidden one. Raises PageNotFound."""
    if with_hidden is not None:
        found = ContentPage.objects.filter(slug=slug, pk=with_hidden)
    else:
        found = ContentPage.objects.filter(slug=slug, is_active=True)
    pages = {page.language: page for page in found}
    for language in _languages():
        if language in pages:
            return pages[language]
    if with_hidden is not None and pages:
        return next(iter(pages.values()))
    raise PageNotFound


def links(code: str) -> list[MenuLink]:
    """Return the links of a place (header, footer), without those that lead nowhere just now.

    Kept with the menu.
    """
    places = [place for place in frame()["links"] if place["code"] == code]
    known = {place["language"] for place in places}
    language = next((name for name in _languages() if name in known), "")
    return [_link(place["link"]) for place in places if place["language"] == language]


def preview_token(page: ContentPage) -> str:
    """Return what opens a page for a day before it is published."""
    return signing.dumps(page.pk.hex, salt=PREVIEW)


def previewed(token: str) -> UUID | None:
    """Return which page a token opens, if it is one of ours and not older than a day."""
    try:
        return UUID(signing.loads(token, salt=PREVIEW, max_age=PREVIEW_LASTS))
    except (signing.BadSignature, ValueError):
        return None


def category_at(path: str) -> UUID | None:
    """Return the visible category at this path of slugs."""
    node = find_node(nodes=menu(), slug_path=path)
    return node.id if node else None


def target_of(item: MenuItem) -> str:
    """Return where a link leads as staff write it; '' for one that heads others."""
    if item.page is not None:
        return f"page:{item.page.slug}"
    if item.category_id is None:
        return item.url
    node = find_id(nodes=menu(), category_id=item.category_id)
    return f"category:{node.slug_path}" if node else ""


def page_slugs() -> list[tuple[str, Any]]:
    """Return the pages that may be seen, each once, and when one of its languages changed."""
    rows = ContentPage.objects.filter(is_active=True).order_by("slug", "updated_at")
    return list(dict(rows.values_list("slug", "updated_at")).items())


def _languages() -> tuple[str, str]:
    own = settings.LANGUAGE_CODE.partition("-")[0]
    return (get_language() or own).partition("-")[0], own


def _link(facts: Mapping[str, Any]) -> MenuLink:
    below: Iterable[Mapping[str, Any]] = facts["children"]
    return MenuLink(**{**facts, "children": [_link(child) for child in below]})
