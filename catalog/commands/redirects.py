"""Addresses that things once had go on leading to them."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from django.db.models import BooleanField, QuerySet, TextField
from django.db.models.expressions import RawSQL

from catalog.models import Category, SlugRedirect
from shopflow.lib.postgres.many import update_many

Kind = Literal["product", "category", "brand"]
_ADDRESS = """
(SELECT string_agg(above.slug, '/' ORDER BY nlevel(above.path))
 FROM categories above WHERE above.path @> categories.path)
"""


def keep_addresses(kind: Kind, owners: Mapping[str, UUID]) -> None:
    """Write down whose these addresses were until now: owners by slug, or by path of slugs.

    What an address led to before it no longer does: the last owner counts.
    """
    column = f"{kind}_id"
    known = {
        row.slug: row
        for row in SlugRedirect.objects.filter(
            **{"slug__in": list(owners), f"{kind}__isnull": False}
        ).select_for_update(no_key=True)
    }
    for slug, row in known.items():
        setattr(row, column, owners[slug])
    update_many(list(known.values()), [kind])
    SlugRedirect.objects.bulk_create(
        SlugRedirect(slug=slug, **{column: owner})
        for slug, owner in owners.items()
        if slug not in known
    )


def addresses_below(path: str) -> dict[str, UUID]:
    """Return the addresses (paths of slugs) of the category with this path and of all below it."""
    is_below = RawSQL("path <@ %s::ltree", (path,), output_field=BooleanField())
    rows = _addressed().annotate(is_below=is_below).filter(is_below=True)
    return dict(rows.values_list("address", "pk"))


def category_under(address: str) -> UUID | None:
    """Return the category with this path of slugs, hidden or not.

    Not from the kept menu: a command that reads it would keep what isn't committed yet.
    """
    return _addressed().filter(address=address).values_list("pk", flat=True).first()


def _addressed() -> "QuerySet[Any]":
    address = RawSQL(_ADDRESS, (), output_field=TextField())  # noqa: S611 - a constant
    return Category.objects.annotate(address=address)
