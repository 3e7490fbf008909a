"""How many products each value of a filter would leave.

Counted ahead of time for a whole category (`category_facets`); for a narrowed list counted live,
over at most MOST_COUNTED matches: beyond, a count says "at least".
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When

from catalog.models import Brand, Category, CategoryFacet, Product

MOST_COUNTED = 1000
MOST_VALUES = 100  # of one facet: of makers and free words there may be thousands
LONGEST_VALUE = 255  # what `category_facets.value` holds
ALL = "all"
# Where one range of prices ends and the next begins, in the shop's currency.
PRICE_STEPS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
# How many of the products in `m` have each value, each facet by itself: a pass over a thousand rows
# takes a millisecond, seven questions to each row a hundred. `m.matched` says which products they
# are; facets are named as in the address. The range of a price is its number; of a rating the whole
# stars count. Of the sets but '' only the facet counts whose name they have.
COUNTS = f"""
    SELECT m.matched, '{ALL}' AS facet, '' AS value, count(*) AS count,
           NULL::uuid AS brand_id, NULL AS brand_name
    FROM m GROUP BY m.matched
    UNION ALL
    SELECT m.matched, 'brand', b.slug, count(*), b.id, b.name
    FROM m JOIN brands b ON b.id = m.brand_id AND b.is_active
    WHERE m.matched IN ('', 'brand') GROUP BY m.matched, b.id
    UNION ALL
    SELECT m.matched, 'in_stock', m.in_stock::text, count(*), NULL, NULL
    FROM m WHERE m.matched IN ('', 'in_stock') GROUP BY m.matched, m.in_stock
    UNION ALL
    SELECT m.matched, 'price', width_bucket(m.price, ARRAY{list(PRICE_STEPS)}::numeric[])::text,
           count(*), NULL, NULL
    FROM m WHERE m.matched IN ('', 'price') GROUP BY 1, 3
    UNION ALL
    SELECT m.matched, 'rating', floor(m.rating_average)::int::text, count(*), NULL, NULL
    FROM m WHERE m.matched IN ('', 'rating') AND m.rating_average >= 1 GROUP BY 1, 3
    UNION ALL
    SELECT single.matched, 'attr_' || single.slug, single.value, count(*), NULL, NULL
    FROM (
        SELECT said.matched, a.slug, jsonb_array_elements_text(
            CASE jsonb_typeof((said.pair).value) WHEN 'array' THEN (said.pair).value
                 ELSE jsonb_build_array((said.pair).value) END) AS value
        FROM (SELECT m.matched, jsonb_each(m.attributes) AS pair FROM m
              WHERE m.matched = '' OR starts_with(m.matched, 'attr_') OFFSET 0) said
        JOIN attributes a ON a.slug = (said.pair).key AND a.is_filterable
        WHERE said.matched IN ('', 'attr_' || a.slug)
    ) single
    WHERE single.value <> '' AND length(single.value) <= {LONGEST_VALUE}
    GROUP BY single.matched, single.slug, single.value
"""  # noqa: S608 - constants


@dataclass
class Tally:
    """Counts by facet and value, names of makers by slug, and how many products there are.

    With `is_capped` there are more products than were looked at; of the facets in `at_least` any
    value may have more.
    """

    counts: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    brands: dict[str, tuple[UUID | None, str]] = field(default_factory=dict)
    total: int = 0
    at_least: set[str] = field(default_factory=set)
    is_capped: bool = False


def shelves_of(product_ids: Collection[UUID]) -> list[UUID]:
    """Return the categories that products stand in, those above included."""
    found = Category.objects.filter(shelved__product__in=product_ids)
    return list(found.order_by("pk").distinct().values_list("pk", flat=True))


def category_ids() -> list[UUID]:
    """Return all categories, those with most above them first: they have the fewest products."""
    return list(Category.objects.order_by("-path").values_list("pk", flat=True))


def stored_facets(category_id: UUID) -> Tally:
    """Return what was counted for a whole category."""
    maker = Brand.objects.filter(slug=OuterRef("value"), is_active=True)
    rows = CategoryFacet.objects.filter(category=category_id, product_count__gt=0).annotate(
        brand_id=_if_brand(maker.values("pk")), brand_name=_if_brand(maker.values("name"))
    )
    tally = Tally()
    columns = ("facet", "value", "product_count", "brand_id", "brand_name")
    for facet, value, count, brand_id, name in rows.values_list(*columns):
        if facet == "brand" and name is None:
            continue
        _add(tally, facet, value, count, (brand_id, name))
    tally.total = sum(tally.counts.get("in_stock", {}).values())
    return tally


def live_facets(
    *,
    matches: "Mapping[str, QuerySet[Product]]",
    used: Collection[str] = (),
) -> Tally:
    """Count now, in one statement. `matches` are the products that all filters leave, under ''.

    Under the name of a facet in `used` stand those that all filters but its own leave: what it
    counts. All other facets count what stands under ''.
    """
    tally = Tally()
    for matched, facet, value, count, brand_id, name in _counted(matches):
        if facet == ALL:
            _note_size(tally, matched, count)
        elif facet == matched or (not matched and facet not in used):
            _add(tally, facet, value, count, (brand_id, name))
    if tally.is_capped:
        tally.at_least |= {*tally.counts} - {*used}
    return tally


def _if_brand(value: Any) -> Case:
    return Case(When(facet="brand", then=Subquery(value)), default=Value(None))


def _add(tally: Tally, facet: str, value: str, count: int, brand: tuple[UUID | None, str]) -> None:
    tally.counts[facet][value] = count
    if facet == "brand":
        tally.brands[value] = brand


def _note_size(tally: Tally, matched: str, count: int) -> None:
    if not matched:
        tally.total, tally.is_capped = min(count, MOST_COUNTED), count > MOST_COUNTED
    elif count > MOST_COUNTED:
        tally.at_least |= {matched}


def _counted(
    matches: "Mapping[str, QuerySet[Product]]",
) -> list[tuple[str, str, str, int, UUID | None, str]]:
    parts: list[str] = []
    given: dict[str, Any] = {}
    for number, (name, products) in enumerate(matches.items()):
        try:
            sql, params = _columns(products)
        except EmptyResultSet:
            continue
        # Each parameter gets a name of its own, so that the facets' can stand beside them.
        names = [f"p{number}_{place}" for place in range(len(params))]
        given |= dict(zip(names, params, strict=True)) | {f"m{number}": name}
        sql = sql % tuple(f"%({name})s" for name in names)
        parts.append(f"SELECT %(m{number})s::text AS matched, m.* FROM ({sql}) m")  # noqa: S608 - Django's
    if not parts:
        return []
    statement = f"""SELECT * FROM (
        WITH m AS MATERIALIZED ({" UNION ALL ".join(parts)}) {COUNTS}
    ) counted"""  # noqa: S608 - as above
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _columns(products: "QuerySet[Product]") -> tuple[str, Sequence[Any]]:
    values = products.order_by().values(
        "pk", "brand_id", "price", "in_stock", "rating_average", "attributes"
    )
    sql, params = values[: MOST_COUNTED + 1].query.sql_with_params()
    return sql, params
