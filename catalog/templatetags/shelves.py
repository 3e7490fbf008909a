"""The shop's categories and links, for the frame around every page, and what pages say of it."""

import json
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from catalog.queries import MenuCategory, MenuLink, links, menu

register = template.Library()
# As characters of JSON, so that nothing in a text ends the script element it stands in.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@register.simple_tag(takes_context=True)
def shelf_menu(context: dict[str, Any]) -> list[MenuCategory]:
    """Return the tree of visible categories; a view that has it already passes it as `menu`."""
    given: list[MenuCategory] | None = context.get("menu")
    return menu() if given is None else given


@register.simple_tag
def site_links(code: str) -> list[dict[str, Any]]:
    """Return the links that staff keep in a place of every page: label, address, children."""
    return [_written(link) for link in links(code)]


@register.filter
def json_ld(document: Any) -> SafeString:
    """Write a document into a script element that is data."""
    return mark_safe(json.dumps(document, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308 - escaped


@register.filter
def half_stars(rating: Decimal) -> int:
    """Return how many halves of five stars a rating fills, 1 to 10."""
    return min(max(round(rating * 2), 1), 10)


def _written(link: MenuLink) -> dict[str, Any]:
    return {
        "label": link.label,
        "address": _address(link),
        "children": [_written(child) for child in link.children],
    }


def _address(link: MenuLink) -> str:
    if link.page:
        return reverse("catalog:page", args=[link.page])
    if link.category:
        return reverse("catalog:category", args=[link.category])
    return link.url
