"""Pages of text, and the menus that lead to them, in the reader's language or the shop's own."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.translation import get_language

from catalog.errors import PageNotFound
from catalog.models import ContentPage, MenuItem
from catalog.queries.shelves import find_id, find_node, menu
from shopflow.lib.cache import MENU, remembered

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


def find_page(slug: str, *, with_hidden: UUID | None = None) -> ContentPage:
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

    Kept until a menu, a page or a category changes; else it is one query and the menu's.
    """
    first, own = _languages()
    key = f"links:{code}:{first}"
    kept = remembered(key, scopes=[MENU], make=lambda: _written(code, first, own))
    return [_link(facts) for facts in json.loads(kept)]


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


def _written(code: str, first: str, own: str) -> str:
    rows = MenuItem.objects.filter(menu__code=code, menu__language__in={first, own})
    items = list(rows.select_related("menu", "page").order_by("sort_order", "id"))
    language = first if any(item.menu.language == first for item in items) else own
    wanted = [item for item in items if item.menu.language == language]
    made = {item.pk: _made(item) for item in wanted}
    roots = []
    for item in wanted:
        link = made[item.pk]
        if link is None:
            continue
        if item.parent_id is None:
            roots.append(link)
        elif (above := made.get(item.parent_id)) is not None:
            above.children.append(link)
    return json.dumps([asdict(link) for link in roots])


def _made(item: MenuItem) -> MenuLink | None:
    if item.page is not None:
        return MenuLink(item.label, page=item.page.slug) if item.page.is_active else None
    if item.category_id is not None:
        node = find_id(nodes=menu(), category_id=item.category_id)
        return MenuLink(item.label, category=node.slug_path) if node else None
    return MenuLink(item.label, url=item.url)


def _link(facts: Mapping[str, Any]) -> MenuLink:
    below: Iterable[Mapping[str, Any]] = facts["children"]
    return MenuLink(**{**facts, "children": [_link(child) for child in below]})
