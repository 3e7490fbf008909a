"""The shop's categories, for the frame around every page."""

from typing import Any

from django import template

from catalog.queries import MenuCategory, menu

register = template.Library()


@register.simple_tag(takes_context=True)
def shelf_menu(context: dict[str, Any]) -> list[MenuCategory]:
    """Return the tree of visible categories; a view that has it already passes it as `menu`."""
    given: list[MenuCategory] | None = context.get("menu")
    return menu() if given is None else given
