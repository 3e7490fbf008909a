"""What every move of stock does: lock, write into the ledger, tell who shows the figures."""

from collections.abc import Iterable
from uuid import UUID

from catalog import commands as catalog
from inventory.models import Inventory, InventoryTransaction
from inventory.queries import available_of
from inventory.signals import stock_moved
from shopflow.lib.news import announce


def locked(stock_id: UUID) -> Inventory:
    return Inventory.objects.select_for_update(no_key=True).get(pk=stock_id)


def entry(
    stock: Inventory,
    type_: str,
    change: int,
    *,
    order_id: UUID | None = None,
    by: UUID | None = None,
    reason: str = "",
    notes: str = "",
) -> InventoryTransaction:
    """Return (not save) the line of the ledger for a change that the row at hand contains."""
    return InventoryTransaction(
        inventory=stock,
        order_id=order_id,
        type=type_,
        quantity_change=change,
        quantity_after=stock.quantity_on_hand,
        reason=reason,
        notes=notes,
        created_by_id=by,
    )


def tell_catalog(variant_ids: Iterable[UUID]) -> None:
    """At once, in this transaction: these variants sold out or came back."""
    if flipped := set(variant_ids):
        catalog.set_stock(figures=available_of(flipped))


def announce_move(variant_ids: Iterable[UUID]) -> None:
    announce(stock_moved, variant_ids=sorted(set(variant_ids)))
