"""What the shop says besides its products: pages of text, and menus that lead to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.commands.redirects import category_under
from catalog.errors import InvalidMenu, PageNotFound
from catalog.models import ContentPage, Menu, MenuItem
from shopflow.lib import cache
from shopflow.lib.html import harmless
from shopflow.lib.transactions import command

ADDRESS = re.compile(r"(/(?!/)|https?://|mailto:)\S+|/")
MOST_LINKS = 100


@dataclass(frozen=True)
class Link:
    """A link as staff write it, with those below it.

    `target` is `page:<slug>`, `category:<path>`, an address, or nothing: then it heads the others.
    """

    label: str
    target: str = ""
    children: Sequence["Link"] = ()


@command
def save_page(
    *,
    slug: str,
    language: str,
    title: str,
    body: str,
    is_active: bool = True,
    seo_title: str = "",
    seo_description: str = "",
    page_id: UUID | None = None,
) -> ContentPage:
    """Make a page of text, or change the one with this id, else with this slug and language.

    Of the body only simple markup is kept. Raises PageNotFound. Safe to repeat.
    """
    rows = ContentPage.objects.select_for_update(no_key=True)
    page = rows.filter(pk=page_id).first() if page_id else None
    if page_id and page is None:
        raise PageNotFound
    page = page or rows.filter(slug=slug, language=language).first() or ContentPage()
    page.slug, page.language, page.title, page.body = slug, language, title, harmless(body)
    page.seo_title, page.seo_description, page.is_active = seo_title, seo_description, is_active
    page.save()
    cache.renew(cache.MENU)
    return page


@command
def save_menu(*, code: str, language: str, links: Sequence[Link]) -> Menu:
    """Let a menu have these links, in this order, two levels at most.

    Raises InvalidMenu, which names the link and what to do about it. Safe to repeat.
    """
    _check(links)
    menu, _ = Menu.objects.select_for_update(no_key=True).get_or_create(
        code=code, language=language
    )
    menu.items.all().delete()
    for place, link in enumerate(links):
        head = _item(menu, link, place)
        head.save()
        MenuItem.objects.bulk_create(
            [_item(menu, below, under, parent=head) for under, below in enumerate(link.children)]
        )
    cache.renew(cache.MENU)
    return menu


def _check(links: Sequence[Link]) -> None:
    if sum(1 + len(link.children) for link in links) > MOST_LINKS:
        raise InvalidMenu(f"A menu has at most {MOST_LINKS} links.")
    for link in links:
        for one in (link, *link.children):
            if not one.label:
                raise InvalidMenu(f"The link to “{one.target}” needs a name.")
        if any(below.children for below in link.children):
            raise InvalidMenu(f"Below “{link.label}” there is one level at most.")


def _item(menu: Menu, link: Link, place: int, *, parent: MenuItem | None = None) -> MenuItem:
    item = MenuItem(menu=menu, parent=parent, label=link.label, sort_order=place)
    kind, colon, name = link.target.partition(":")
    if colon and kind == "page":
        pages = ContentPage.objects.filter(slug=name)
        item.page = pages.filter(language=menu.language).first() or pages.first()
        if item.page is None:
            raise InvalidMenu(f"“{link.label}”: there is no page “{name}”.")
    elif colon and kind == "category":
        item.category_id = category_under(name)
        if item.category_id is None:
            raise InvalidMenu(f"“{link.label}”: there is no category “{name}”.")
    elif link.target and not ADDRESS.fullmatch(link.target):
        raise InvalidMenu(
            f"“{link.label}”: write page:imprint, category:clothing/tops, or an address that "
            "begins with / or https://."
        )
    else:
        item.url = link.target
    return item
