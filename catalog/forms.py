"""How a list page was asked for: sort, filters, position. All of it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.filters import ProductFilter
from catalog.models import Brand, Product
from shopflow.lib.paging import Order, Page, page
from shopflow.lib.templatetags.shop import money

PER_PAGE = 24
SORT_LABELS: Mapping[str, Promise] = {
    "relevance": _("Best match"),
    "newest": _("Newest"),
    "price_asc": _("Price, low to high"),
    "price_desc": _("Price, high to low"),
}


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a list of products, with what the shopper asked for."""

    filters: ProductFilter
    page: Page[Product]
    sorts: list[tuple[str, Promise]]
    sort: str
    chips: list[Chip]
    next_url: str
    previous_url: str
    clear_url: str

    @property
    def is_valid(self) -> bool:
        return bool(self.filters.is_valid())


def read_listing(
    asked: QueryDict,
    products: "QuerySet[Product]",
    *,
    sorts: Mapping[str, Order],
    brands: "QuerySet[Brand]",
    filter_class: type[ProductFilter] = ProductFilter,
) -> Listing:
    """Return the page of products that the address asks for; raises InvalidCursor.

    The first of `sorts` is the shop's own order; `brands` are those to choose from. A filter that
    can't be read is left out and named in the form.
    """
    asked = _readable(asked)
    sort = asked.get("sort", "")
    sort = sort if sort in sorts else next(iter(sorts))
    filters = filter_class(asked, queryset=products)
    filters.form.fields["brand"].queryset = brands
    rows: Page[Product] = page(
        filters.qs.with_card(),
        order=sorts[sort],
        cursor=asked.get("after"),
        limit=PER_PAGE,
    )
    return Listing(
        filters=filters,
        page=rows,
        sorts=[(name, SORT_LABELS[name]) for name in sorts],
        sort=sort,
        chips=_chips(asked, filters.form.cleaned_data),
        next_url=_address(asked, after=rows.next) if rows.next else "",
        previous_url=_address(asked, after=rows.previous) if rows.previous else "",
        clear_url=_address(asked, brand=None, price_min=None, price_max=None, in_stock=None),
    )


def _readable(asked: QueryDict) -> QueryDict:
    """Leave out what no database can read (PostgreSQL knows no NUL in text)."""
    clean = QueryDict(mutable=True)
    for name, values in asked.lists():
        clean.setlist(name, [value for value in values if value and "\0" not in value])
    return clean


def _chips(asked: QueryDict, chosen: Mapping[str, Any]) -> list[Chip]:
    chips = []
    brands = list(chosen.get("brand") or [])
    for brand in brands:
        others = [other.slug for other in brands if other != brand]
        chips.append(Chip(brand.name, _address(asked, brand=others)))
    if chosen.get("price_min") is not None:
        label = gettext("From %(price)s") % {"price": money(chosen["price_min"])}
        chips.append(Chip(label, _address(asked, price_min=None)))
    if chosen.get("price_max") is not None:
        label = gettext("Up to %(price)s") % {"price": money(chosen["price_max"])}
        chips.append(Chip(label, _address(asked, price_max=None)))
    if chosen.get("in_stock"):
        chips.append(Chip(gettext("In stock"), _address(asked, in_stock=None)))
    return chips


def _address(asked: QueryDict, **changes: str | list[str] | None) -> str:
    """Return the address with some parameters replaced; without `after` it's the first page."""
    query = asked.copy()
    query.pop("after", None)
    for name, value in changes.items():
        query.setlist(name, [value] if isinstance(value, str) else value or [])
    return f"?{query.urlencode()}"
