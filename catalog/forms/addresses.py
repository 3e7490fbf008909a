"""Addresses of list pages: one way to write each list, whatever order it was asked in."""

from collections.abc import Mapping

from django.http import QueryDict

# What a list is asked for, in this order; attributes come before the sort. Anything else that
# stands in an address (where a visitor comes from, a typing mistake) is not carried along.
FIRST = ("q", "in", "exact", "brand", "price_min", "price_max", "in_stock", "rating")
LAST = ("sort",)
FILTERS = frozenset({"brand", "price_min", "price_max", "in_stock", "rating"})
ATTRIBUTE = "attr_"


def readable(asked: QueryDict) -> QueryDict:
    """Return what was asked without what is empty, or what no database can read (NUL in text)."""
    clean = QueryDict(mutable=True)
    for name, values in asked.lists():
        clean.setlist(name, [value for value in values if value and "\0" not in value])
    return clean


def address(asked: QueryDict, **changes: str | list[str] | None) -> str:
    """Return the address with some parameters replaced; without `after` it's the first page."""
    return _written(asked, changes)


def cleared(asked: QueryDict) -> str:
    """Return the address without any filter."""
    filters = [name for name in asked if name in FILTERS or name.startswith(ATTRIBUTE)]
    return _written(asked, dict.fromkeys(filters))


def _written(asked: QueryDict, changes: Mapping[str, str | list[str] | None]) -> str:
    given: dict[str, list[str]] = {
        name: values for name, values in asked.lists() if name != "after"
    }
    for name, value in changes.items():
        given[name] = [value] if isinstance(value, str) else value or []
    attributes = sorted(name for name in given if name.startswith(ATTRIBUTE))
    query = QueryDict(mutable=True)
    for name in (*FIRST, *attributes, *LAST, "after"):
        if given.get(name):
            query.setlist(name, sorted(given[name]) if name not in {"q", "in"} else given[name])
    return f"?{query.urlencode()}"
