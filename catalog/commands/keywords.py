"""What a product is found by beside its name, brand, text and facts."""

import re
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Prefetch
from django.db.models.expressions import RawSQL

from catalog.models import Category, Product, ProductVariant
from shopflow.lib.postgres.many import update_many
from shopflow.lib.transactions import command

BATCH = 500
_TRAIL = """
(SELECT string_agg(above.name, ' ' ORDER BY nlevel(above.path))
 FROM categories above WHERE above.path @> categories.path)
"""


def keywords_of(
    *,
    name: str,
    tags: Iterable[str],
    trail: str,
    options: Iterable[Mapping[str, str]],
    pictures: Iterable[str],
) -> str:
    """Return tags, shelves, the variants' options and what the pictures show, each once.

    What is written with a hyphen is also found without: a tshirt. `trail` has the names of the
    shelves, `pictures` their alternative texts.
    """
    values = (value for option in options for value in option.values())
    parts = list(dict.fromkeys([*tags, *trail.split(), *values, *pictures]))
    hyphened = re.findall(r"\w+(?:-\w+)+", " ".join([name, *parts]))
    joined = dict.fromkeys(word.replace("-", "") for word in hyphened)
    return " ".join(filter(None, [*parts, *joined]))


def trails(categories: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of these categories and of those above them, from the root down."""
    named = RawSQL(_TRAIL, ())  # noqa: S611 - a constant
    rows = Category.objects.filter(pk__in=categories).annotate(trail=named)
    return dict(rows.values_list("pk", "trail"))


@command
def refresh_keywords(*, category_id: UUID | None = None, after: UUID | None = None) -> UUID | None:
    """Write what the next products are found by, where it isn't so already.

    Of one category and those below it, or of all. Returns the last product looked at, to go on
    after; None at the end. Safe to repeat.
    """
    products = Product.objects.filter(deleted_at=None)
    if category_id is not None:
        products = products.filter(shelves__category=category_id)
    if after is not None:
        products = products.filter(pk__gt=after)
    live = ProductVariant.objects.filter(deleted_at=None)
    rows = list(
        products.order_by("pk")
        .only("name", "tags", "keywords", "category")
        .select_for_update(no_key=True, of=("self",))
        .prefetch_related(Prefetch("variants", queryset=live), "images")[:BATCH]
    )
    known = trails({row.category_id for row in rows if row.category_id})
    changed = [row for row in rows if _refresh(row, known)]
    update_many(changed, ["keywords"])
    return rows[-1].pk if len(rows) == BATCH else None


def _refresh(product: Product, known: Mapping[UUID, str]) -> bool:
    """Set (not save) a product's keywords and say whether they differ."""
    before = product.keywords
    product.keywords = keywords_of(
        name=product.name,
        tags=product.tags,
        trail=known[product.category_id] if product.category_id else "",
        options=[variant.option_values for variant in product.variants.all()],
        pictures=[image.alt_text for image in product.images.all()],
    )
    return product.keywords != before
