"""Addresses that things once had go on leading to them."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

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
    is_below = RawSQL("path <@ %s::ltree", (path,))
    rows = Category.objects.annotate(is_below=is_below, address=RawSQL(_ADDRESS, ()))  # noqa: S611 - a constant
    return dict(rows.filter(is_below=True).values_list("address", "pk"))
