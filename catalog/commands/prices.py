"""The history of prices: what each variant cost, and when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from catalog.models import PriceHistory, ProductVariant
from shopflow.lib.transactions import command


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


@command
def note_earlier_prices(*, prices: Mapping[UUID, Decimal], since: datetime) -> None:
    """Write down what variants cost from `since` on until the price that is known first of each.

    In the shop's currency. For a catalogue that comes from elsewhere with its was-prices. Variants
    without a history, and prices before which there is no time left, are passed over.
    """
    begun: dict[UUID, datetime] = {}
    for row in PriceHistory.objects.filter(variant__in=prices).order_by("valid"):
        begun.setdefault(row.variant_id, row.valid.lower)
    PriceHistory.objects.bulk_create(
        PriceHistory(
            variant_id=variant_id, price=prices[variant_id], valid=DateTimeTZRange(since, first)
        )
        for variant_id, first in begun.items()
        if since < first
    )
