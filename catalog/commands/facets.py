from uuid import UUID

from django.db import connection

from catalog.models import Category, CategoryFacet
from catalog.queries.facets import ALL, COUNTS, MOST_VALUES
from shopflow.lib import cache
from shopflow.lib.transactions import command

# What a category's products would be narrowed to by each value; of a facet with more values than
# a page can show, the most common.
_COUNTED = f"""SELECT facet, value, count FROM (
    SELECT facet, value, count,
           row_number() OVER (PARTITION BY facet ORDER BY count DESC, value) AS place
    FROM (
        WITH m AS MATERIALIZED (
            SELECT '' AS matched, p.brand_id, p.price, p.in_stock, p.rating_average, p.attributes
            FROM product_categories s JOIN products p ON p.id = s.product_id
            WHERE s.category_id = %(category)s AND p.is_active AND p.deleted_at IS NULL
              AND p.published_at <= statement_timestamp()
        ) {COUNTS}
    ) counted
    WHERE facet <> '{ALL}'
) ranked WHERE place <= {MOST_VALUES}"""  # noqa: S608 - constants


@command
def refresh_facets(*, category_id: UUID) -> int:
    """Count anew what each filter would leave of a category. Returns how many counts changed.

    Reads every product that stands there or below. Safe to repeat, and to run twice at once: the
    category's row is the lock.
    """
    if not Category.objects.select_for_update(no_key=True).filter(pk=category_id).exists():
        return 0
    counted = _counted(category_id)
    rows = CategoryFacet.objects.filter(category=category_id)
    before = {(row.facet, row.value): row for row in rows}
    gone = [row.pk for key, row in before.items() if key not in counted]
    changed = [
        CategoryFacet(category_id=category_id, facet=facet, value=value, product_count=count)
        for (facet, value), count in counted.items()
        if (facet, value) not in before or before[facet, value].product_count != count
    ]
    CategoryFacet.objects.filter(pk__in=gone).delete()
    CategoryFacet.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["category", "facet", "value"],
        update_fields=["product_count", "updated_at"],
    )
    if gone or changed:
        cache.renew(cache.CATALOG)
    return len(gone) + len(changed)


def _counted(category_id: UUID) -> dict[tuple[str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"category": category_id})
        return {(facet, value): count for facet, value, count in cursor.fetchall()}
