"""The stock a file names, set once all its products are saved."""

from collections.abc import Sequence
from uuid import UUID

from catalog.models import ProductVariant
from inventory import commands as inventory
from inventory.errors import CountsRefused
from shopflow.catalog_export.products import stock_of
from shopflow.catalog_import.parsed import ParsedProduct, ParsedVariant
from shopflow.catalog_import.present import Present
from shopflow.catalog_import.report import Note

REASON = "catalogue import"
# The format says only that a variant goes on selling at 0; so many units may be sold ahead.
SOLD_AHEAD = 1000


class Stock:
    """What is to be counted, and what may be sold ahead.

    Units are set for new variants, `with_all` for all; selling ahead for new variants and where
    the file changes the policy, so that a limit which staff chose stays.
    """

    def __init__(self, *, with_all: bool) -> None:
        self._with_all = with_all
        self._quantities: dict[UUID, int] = {}
        self._limits: dict[UUID, int] = {}
        self._lines: dict[UUID, int] = {}

    def note(self, parsed: ParsedProduct, present: Present | None, ids: Sequence[UUID]) -> None:
        """Note what a product's rows say; `ids` are those of its variants, `present` is before."""
        rows = {row.pk: row for row in present.product.variants.all()} if present else {}
        for variant_id, variant in zip(ids, parsed.variants, strict=True):
            self._lines[variant_id] = variant.line
            if row := rows.get(variant_id):
                self._note_known(variant, row)
            else:
                self._quantities[variant_id] = variant.quantity
                if _sells_ahead(variant):
                    self._limits[variant_id] = SOLD_AHEAD

    def write(self) -> list[Note]:
        """Set it all and return what was refused, by line."""
        try:
            inventory.count_all(quantities=self._quantities, reason=REASON)
            inventory.allow_backorders_of(limits=self._limits)
        except CountsRefused as refused:
            return [
                Note(self._lines[variant_id], str(error))
                for variant_id, error in refused.refusals.items()
            ]
        return []

    def _note_known(self, variant: ParsedVariant, row: ProductVariant) -> None:
        stock = stock_of(row)
        if self._with_all and variant.quantity != (stock.quantity_on_hand if stock else 0):
            self._quantities[row.pk] = variant.quantity
        may_now = stock is not None and stock.backorder_limit > 0
        if variant.backorder_policy != row.backorder_policy and _sells_ahead(variant) != may_now:
            self._limits[row.pk] = SOLD_AHEAD if _sells_ahead(variant) else 0


def _sells_ahead(variant: ParsedVariant) -> bool:
    return variant.backorder_policy == ProductVariant.Backorder.CONTINUE
