"""What `count` and `allow_backorders` do for one variant, for many in a few statements."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from django.utils import timezone

from inventory.commands.figures import place
from inventory.commands.ledger import entry, tell_catalog
from inventory.commands.rules import check_count, check_limit
from inventory.errors import CountsRefused
from inventory.models import Inventory, InventoryTransaction
from shopflow.lib.errors import DomainError
from shopflow.lib.postgres.many import update_many
from shopflow.lib.transactions import command

# Rows in one INSERT: PostgreSQL gives up a transaction that it hears nothing of for ten seconds.
ROWS = 1000


@command
def count_all(*, quantities: Mapping[UUID, int], reason: str, by: UUID | None = None) -> None:
    """Set what the first warehouse holds of each variant to what was counted.

    The ledger gets the variances. Raises CountsRefused, which says for each refused variant why;
    nothing is changed then. Safe to repeat.
    """
    stocks = _locked(quantities)
    _refuse(stocks, lambda stock: check_count(stock, quantities[stock.variant_id]))
    entries: list[InventoryTransaction] = []
    for stock in stocks:
        change = quantities[stock.variant_id] - stock.quantity_on_hand
        stock.quantity_on_hand += change
        stock.last_counted_at = timezone.now()
        if change:
            entries.append(
                entry(stock, InventoryTransaction.Type.COUNT_VARIANCE, change, by=by, reason=reason)
            )
    update_many(stocks, ["quantity_on_hand", "last_counted_at"])
    InventoryTransaction.objects.bulk_create(entries, batch_size=ROWS)
    tell_catalog(moved.inventory.variant_id for moved in entries)


@command
def allow_backorders_of(*, limits: Mapping[UUID, int]) -> None:
    """Let so many units of each variant be sold ahead of their arrival (0: none).

    Raises CountsRefused, which says for each refused variant why; nothing is changed then.
    Safe to repeat.
    """
    stocks = _locked(limits)
    _refuse(stocks, lambda stock: check_limit(stock, limits[stock.variant_id]))
    for stock in stocks:
        stock.backorder_limit = limits[stock.variant_id]
    update_many(stocks, ["backorder_limit"])


def _locked(variant_ids: Iterable[UUID]) -> list[Inventory]:
    """Return the locked stock rows of variants in the first warehouse, made where missing."""
    wanted = set(variant_ids)
    warehouse = place()
    rows = Inventory.objects.filter(variant__in=wanted, warehouse=warehouse, bucket=0)
    missing = wanted - set(rows.values_list("variant_id", flat=True))
    Inventory.objects.bulk_create(
        [Inventory(variant_id=variant_id, warehouse=warehouse) for variant_id in sorted(missing)],
        batch_size=ROWS,
        ignore_conflicts=True,
    )
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def _refuse(stocks: Iterable[Inventory], check: Callable[[Inventory], None]) -> None:
    refusals: dict[UUID, DomainError] = {}
    for stock in stocks:
        try:
            check(stock)
        except DomainError as error:
            refusals[stock.variant_id] = error
    if refusals:
        raise CountsRefused(refusals)
