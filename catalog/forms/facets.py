"""What a list can be narrowed by: the values of each facet, how many products each would leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.filters import ATTRIBUTE, ProductFilter
from catalog.forms.addresses import address
from catalog.models import Brand
from catalog.queries import Tally, Trait
from catalog.queries.facets import PRICE_STEPS
from shopflow.lib.money import CENT
from shopflow.lib.templatetags.shop import money

SHOWN = 8  # values; the others stand behind a "more"
LABELS: Mapping[str, Promise] = {
    "brand": _("Brand"),
    "price": _("Price"),
    "rating": _("Rating"),
    "in_stock": _("Availability"),
}


@dataclass(frozen=True)
class FacetValue:
    """A value to choose. `count` is written: "12", "12+" if there may be more, '' if unknown.

    `address` is that of the list with this value, for facets that are links.
    """

    value: str
    label: str
    count: str
    is_chosen: bool
    address: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Facet:
    """A group of values. `name` is the parameter of the address."""

    name: str
    label: str
    values: Sequence[FacetValue]

    @property
    def first(self) -> Sequence[FacetValue]:
        return self.values[:SHOWN]

    @property
    def others(self) -> Sequence[FacetValue]:
        return self.values[SHOWN:]

    @property
    def is_used(self) -> bool:
        return any(value.is_chosen for value in self.values)


def facets_of(
    asked: QueryDict, filters: ProductFilter, tally: Tally, traits: Mapping[str, Trait]
) -> list[Facet]:
    """Return what the list can be narrowed by; a facet without values isn't there."""
    used = filters.form.cleaned_data
    found = [
        _brands(used.get("brand") or [], tally),
        _prices(asked, used, tally),
        _in_stock(used.get("in_stock"), tally),
        _ratings(asked, used.get("rating"), tally),
        *(_values(trait, asked, tally) for trait in traits.values() if trait.is_filterable),
    ]
    return [facet for facet in found if facet.values]


def price_label(low: Any, high: Any) -> str:
    """Return a range of prices in words; an end that is None is open."""
    if high is None:
        return gettext("From %(price)s") % {"price": money(low)}
    if not low:
        return gettext("Up to %(price)s") % {"price": money(high)}
    return gettext("%(low)s to %(high)s") % {"low": money(low), "high": money(high)}


def stars_label(stars: Any) -> str:
    """Return the rating that a list is narrowed to in words."""
    number = Decimal(stars)
    written = f"{number.normalize():f}"
    return ngettext("%(stars)s star or more", "%(stars)s stars or more", int(number)) % {
        "stars": written
    }


def _count(tally: Tally, facet: str, value: str) -> str:
    number = tally.counts.get(facet, {}).get(value, 0)
    return _written(tally, facet, number)


def _written(tally: Tally, facet: str, number: int) -> str:
    is_more = facet in tally.at_least
    return (f"{number}+" if number else "") if is_more else str(number)


def _brands(chosen: Sequence[Brand], tally: Tally) -> Facet:
    names = {slug: name for slug, (_, name) in tally.brands.items()}
    names |= {brand.slug: brand.name for brand in chosen}
    slugs = {brand.slug for brand in chosen}
    counts = tally.counts.get("brand", {})
    order = sorted(names, key=lambda slug: (slug not in slugs, -counts.get(slug, 0), names[slug]))
    values = [
        FacetValue(slug, names[slug], _count(tally, "brand", slug), slug in slugs) for slug in order
    ]
    return Facet("brand", str(LABELS["brand"]), values)


def _prices(asked: QueryDict, used: Mapping[str, Any], tally: Tally) -> Facet:
    low, high = used.get("price_min"), used.get("price_max")
    values = []
    for number in sorted(map(int, tally.counts.get("price", {}))):
        start = Decimal(PRICE_STEPS[number - 1]) if number else None
        end = PRICE_STEPS[number] - CENT if number < len(PRICE_STEPS) else None
        link = address(asked, price_min=_text(start), price_max=_text(end))
        is_chosen = (low, high) == (start, end)
        count = _count(tally, "price", str(number))
        values.append(FacetValue(str(number), price_label(start, end), count, is_chosen, link))
    return Facet("price", str(LABELS["price"]), values)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _in_stock(chosen: bool | None, tally: Tally) -> Facet:
    there = tally.counts.get("in_stock", {})
    if not there.get("true") and not chosen:
        return Facet("in_stock", str(LABELS["in_stock"]), [])
    count = _count(tally, "in_stock", "true")
    value = FacetValue("true", gettext("In stock"), count, bool(chosen))
    return Facet("in_stock", str(LABELS["in_stock"]), [value])


def _ratings(asked: QueryDict, chosen: Decimal | None, tally: Tally) -> Facet:
    stars = tally.counts.get("rating", {})
    values, so_far = [], 0
    for number in (5, 4, 3, 2, 1):
        so_far += stars.get(str(number), 0)
        if number < 5 and so_far:
            count = _written(tally, "rating", so_far)
            link = address(asked, rating=str(number))
            label = stars_label(number)
            values.append(FacetValue(str(number), label, count, chosen == number, link))
    return Facet("rating", str(LABELS["rating"]), values)


def _values(trait: Trait, asked: QueryDict, tally: Tally) -> Facet:
    name = f"{ATTRIBUTE}{trait.slug}"
    chosen = dict.fromkeys(asked.getlist(name))
    counts = tally.counts.get(name, {})
    places = {value: place for place, value in enumerate(trait.choices)}
    order = sorted(
        {*counts, *chosen},
        key=lambda value: (places.get(value, len(places)), -counts.get(value, 0), value),
    )
    values = [
        FacetValue(
            value,
            trait.written(value),
            _count(tally, name, value),
            value in chosen,
            colour=trait.choices.get(value, ""),
        )
        for value in order
    ]
    return Facet(name, trait.name, values)
