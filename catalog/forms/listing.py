"""How a list page was asked for: sort, filters, position. All of it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.filters import ATTRIBUTE, BrandField, ProductFilter
from catalog.forms.addresses import address, cleared, readable
from catalog.forms.facets import Facet, facets_of, price_label, stars_label
from catalog.models import Brand, Product
from catalog.queries import Tally, Trait, live_facets, traits
from shopflow.lib.paging import Order, Page, page

PER_PAGE = 24
SORT_LABELS: Mapping[str, Promise] = {
    "relevance": _("Best match"),
    "featured": _("What we like"),
    "bestselling": _("Most sold"),
    "newest": _("Newest"),
    "price_asc": _("Price, low to high"),
    "price_desc": _("Price, high to low"),
    "rating": _("Best rated"),
}


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a list of products, with what the shopper asked for and may ask for next.

    `size` is how many products there are; with `is_capped` there are more.
    """

    filters: ProductFilter
    page: Page[Product]
    sorts: list[tuple[str, Promise]]
    sort: str
    facets: list[Facet]
    chips: list[Chip]
    faults: list[str]
    size: int
    is_capped: bool
    is_first: bool
    next_url: str
    previous_url: str
    clear_url: str

    @property
    def is_valid(self) -> bool:
        return bool(self.filters.is_valid())

    @property
    def size_written(self) -> str:
        """How many products there are, or at least: "1,000+"."""
        return f"{formats.number_format(self.size, force_grouping=True)}{'+' * self.is_capped}"


def read_listing(
    asked: QueryDict,
    products: "QuerySet[Product]",
    *,
    sorts: Mapping[str, Order],
    filter_class: type[ProductFilter] = ProductFilter,
    counted: Tally | None = None,
) -> Listing:
    """Return the page of products that the address asks for; raises InvalidCursor.

    The first of `sorts` is the shop's own order; `counted` is what is known already of the whole
    list, else it is counted now. A filter that can't be read is left out and named.
    """
    asked = readable(asked)
    sort = asked.get("sort", "")
    sort = sort if sort in sorts else next(iter(sorts))
    filters = _filters(filter_class, asked, products, counted)
    rows: Page[Product] = page(
        filters.qs.with_card(), order=sorts[sort], cursor=asked.get("after"), limit=PER_PAGE
    )
    tally = _tally(filters, counted)
    known = traits() if _has_attributes(filters, tally) else {}
    return Listing(
        filters=filters,
        page=rows,
        sorts=[(name, SORT_LABELS[name]) for name in sorts],
        sort=sort,
        facets=facets_of(asked, filters, tally, known),
        chips=_chips(asked, filters.form.cleaned_data, known),
        faults=[str(fault) for faults in filters.errors.values() for fault in faults],
        size=tally.total,
        is_capped=tally.is_capped,
        is_first="after" not in asked,
        next_url=address(asked, after=rows.next) if rows.next else "",
        previous_url=address(asked, after=rows.previous) if rows.previous else "",
        clear_url=cleared(asked),
    )


def _filters(
    filter_class: type[ProductFilter],
    asked: QueryDict,
    products: "QuerySet[Product]",
    counted: Tally | None,
) -> ProductFilter:
    filters = filter_class(asked, queryset=products)
    field = filters.form.fields["brand"]
    if counted is not None and isinstance(field, BrandField):
        field.known = {
            slug: Brand(pk=pk, slug=slug, name=name) for slug, (pk, name) in counted.brands.items()
        }
    filters.is_valid()
    return filters


def _tally(filters: ProductFilter, counted: Tally | None) -> Tally:
    """Return the counts of the list as it is narrowed now.

    What a single facet in use counts is the whole list: that is known already.
    """
    used = filters.used
    if counted is not None and not used:
        return counted
    is_known = counted is not None and len(used) == 1
    matches = {"": filters.qs} | {
        name: filters.narrowed(filters.queryset, ignoring={name}) for name in used if not is_known
    }
    tally = live_facets(matches=matches, used=used)
    if is_known and counted is not None:
        tally.counts[used[0]] = counted.counts.get(used[0], {})
        tally.brands = counted.brands if used[0] == "brand" else tally.brands
    return tally


def _has_attributes(filters: ProductFilter, tally: Tally) -> bool:
    return any(name.startswith(ATTRIBUTE) for name in (*filters.used, *tally.counts))


def _chips(asked: QueryDict, chosen: Mapping[str, Any], known: Mapping[str, Trait]) -> list[Chip]:
    chips = []
    brands = list(chosen.get("brand") or [])
    for brand in brands:
        others = [other.slug for other in brands if other != brand]
        chips.append(Chip(brand.name, address(asked, brand=others)))
    low, high = chosen.get("price_min"), chosen.get("price_max")
    if low is not None:
        chips.append(Chip(price_label(low, None), address(asked, price_min=None)))
    if high is not None:
        chips.append(Chip(price_label(None, high), address(asked, price_max=None)))
    if (in_stock := chosen.get("in_stock")) is not None:
        label = gettext("In stock") if in_stock else gettext("Sold out")
        chips.append(Chip(label, address(asked, in_stock=None)))
    if chosen.get("rating"):
        chips.append(Chip(stars_label(chosen["rating"]), address(asked, rating=None)))
    for name, values in chosen.items():
        if name.startswith(ATTRIBUTE):
            trait = known[name.removeprefix(ATTRIBUTE)]
            chips += _value_chips(asked, name, values, trait)
    return chips


def _value_chips(asked: QueryDict, name: str, values: list[str], trait: Trait) -> list[Chip]:
    return [
        Chip(
            f"{trait.name}: {trait.written(value)}",
            address(asked, **{name: [other for other in values if other != value]}),
        )
        for value in values
    ]
