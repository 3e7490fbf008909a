"""The history of prices: what each variant cost, and when."""

from collections.abc import Iterable

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from catalog.models import PriceHistory, ProductVariant


def note_prices(variants: Iterable[ProductVariant]) -> None:
    """Write down from when on variants cost what they cost now; what they cost before ended then.

    A price that is the same as before goes on. Inside a command. Safe to repeat.
    """
    wanted = {variant.pk: variant.price for variant in variants}
    now = timezone.now()
    open_rows = PriceHistory.objects.filter(variant__in=wanted, valid__upper_inf=True)
    for row in open_rows.select_for_update(no_key=True):
        price = wanted.pop(row.variant_id)
        if price == row.price:
            continue
        if row.valid.lower < now:
            row.valid = DateTimeTZRange(row.valid.lower, now)
            wanted[row.variant_id] = price
        else:
            # Of a clock that is ahead of ours, or planned for later: it never held.
            row.valid, row.price = DateTimeTZRange(now, None), price
        row.save(update_fields=["valid", "price", "updated_at"])
    PriceHistory.objects.bulk_create(
        PriceHistory(variant_id=variant_id, price=price, valid=DateTimeTZRange(now, None))
        for variant_id, price in wanted.items()
    )
