"""What the demo shop says: attributes lists are narrowed by, pages of text, and the menus."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from catalog import commands as catalog
from catalog.models import Attribute, ContentPage, Menu
from catalog.queries import category_ids

HERE = Path(__file__).resolve().parent
FILTERS = frozenset({"Material", "Fit", "Length", "Light", "Age", "Dishwasher"})


def save_attributes(content: Mapping[str, Any]) -> None:
    """Make what is said of the demo products, in the order of the file, where it isn't there."""
    names = dict.fromkeys(name for product in content["products"] for name in product["attributes"])
    known = set(Attribute.objects.values_list("slug", flat=True))
    for place, name in enumerate(names):
        slug = slugify(name)
        # What can't stand in an address stays a fact of its product alone.
        if slug and slug not in known:
            known.add(slug)
            catalog.save_attribute(
                name=name, slug=slug, is_filterable=name in FILTERS, sort_order=place
            )


def by_slug(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the file says of a product as products keep it."""
    return {slugify(name) or name: value for name, value in attributes.items()}


def count_facets() -> None:
    """Count what filters leave of each category."""
    for category_id in category_ids():
        catalog.refresh_facets(category_id=category_id)


def save_pages() -> None:
    """Make the pages and menus that aren't there; those that staff changed stay as they are."""
    written = json.loads((HERE / "pages.json").read_text(encoding="utf-8"))
    pages = set(ContentPage.objects.values_list("slug", "language"))
    for page in written["pages"]:
        if (page["slug"], page["language"]) not in pages:
            catalog.save_page(**page)
    menus = set(Menu.objects.values_list("code", "language"))
    for menu in written["menus"]:
        if (menu["code"], menu["language"]) not in menus:
            links = [_link(link) for link in menu["links"]]
            catalog.save_menu(code=menu["code"], language=menu["language"], links=links)


def _link(written: Mapping[str, Any]) -> catalog.Link:
    below = [_link(child) for child in written.get("children", ())]
    return catalog.Link(written["label"], written.get("target", ""), below)
