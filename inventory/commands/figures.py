"""What the warehouses hold: counted, adjusted, shown."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from catalog import commands as catalog
from inventory.commands.ledger import entry, locked, tell_catalog
from inventory.commands.rules import MOST_UNITS, check_count, check_limit, refuse_promised
from inventory.errors import NothingToCount, StockPromised, UnknownWarehouse
from inventory.models import Inventory, InventoryTransaction, Warehouse
from inventory.queries import available_of
from shopflow.lib.transactions import command

MAIN = "MAIN"
Type = InventoryTransaction.Type


@command
def count(
    *,
    variant_id: UUID,
    quantity: int,
    reason: str,
    by: UUID | None = None,
    notes: str = "",
    warehouse_id: UUID | None = None,
) -> Inventory:
    """Set what a warehouse holds of a variant to what was counted; the ledger gets the variance.

    Raises NothingToCount, and StockPromised when fewer were counted than are promised.
    Safe to repeat.
    """
    stock = locked(ensure_stock_row(variant_id=variant_id, warehouse_id=warehouse_id).pk)
    check_count(stock, quantity)
    stock.last_counted_at = timezone.now()
    return _change(stock, quantity - stock.quantity_on_hand, Type.COUNT_VARIANCE, reason, by, notes)


@command
def adjust(
    *,
    variant_id: UUID,
    change: int,
    reason: str,
    by: UUID | None = None,
    notes: str = "",
    warehouse_id: UUID | None = None,
) -> Inventory:
    """Add or take away units with a reason. Raises StockPromised, NothingToCount."""
    if not 0 < abs(change) <= MOST_UNITS:
        raise NothingToCount("Write how many units to add or take away, for example 5 or -2.")
    stock = locked(ensure_stock_row(variant_id=variant_id, warehouse_id=warehouse_id).pk)
    return _change(stock, change, Type.ADJUSTMENT, reason, by, notes)


@command
def allow_backorders(*, variant_id: UUID, limit: int) -> Inventory:
    """Let this many units of a variant be sold ahead of their arrival (0: none).

    Raises NothingToCount, and StockPromised when more are sold ahead already. Safe to repeat.
    """
    stock = locked(ensure_stock_row(variant_id=variant_id).pk)
    check_limit(stock, limit)
    stock.backorder_limit = limit
    stock.save(update_fields=["backorder_limit", "updated_at"])
    return stock


@command
def ensure_stock_row(*, variant_id: UUID, warehouse_id: UUID | None = None) -> Inventory:
    """Return the stock row of a variant in a warehouse (the first by priority). Safe to repeat."""
    warehouse = place(warehouse_id)
    stock, _ = Inventory.objects.get_or_create(variant_id=variant_id, warehouse=warehouse, bucket=0)
    return stock


def place(warehouse_id: UUID | None = None) -> Warehouse:
    """Return this warehouse, or the first by priority. Raises UnknownWarehouse."""
    chosen = {"pk": warehouse_id} if warehouse_id else {"is_active": True}
    warehouse = Warehouse.objects.filter(**chosen).first()
    if warehouse is None:
        raise UnknownWarehouse
    return warehouse


@command
def ensure_main_warehouse() -> None:
    """Make the one warehouse every shop starts with. Safe to repeat."""
    is_default = not Warehouse.objects.filter(is_default=True).exclude(code=MAIN).exists()
    Warehouse.objects.get_or_create(
        code=MAIN, defaults={"name": "Main warehouse", "is_default": is_default}
    )


@command
def publish(*, variant_ids: Iterable[UUID]) -> None:
    """Tell the catalogue how many units of these variants can be bought. Safe to repeat."""
    catalog.set_stock(figures=available_of(variant_ids))


def _change(
    stock: Inventory, change: int, type_: str, reason: str, by: UUID | None, notes: str
) -> Inventory:
    after = stock.quantity_on_hand + change
    if after < 0:
        raise StockPromised(f"Only {stock.quantity_on_hand} units are here to take away.")
    refuse_promised(stock, after)
    stock.quantity_on_hand = after
    stock.save(update_fields=["quantity_on_hand", "last_counted_at", "updated_at"])
    if change:
        entry(stock, type_, change, by=by, reason=reason, notes=notes).save()
        tell_catalog([stock.variant_id])
    stock.refresh_from_db()
    return stock
