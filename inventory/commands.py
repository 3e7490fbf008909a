"""Every move of stock.

Inventory rows are always touched last in a transaction and in the order of their keys, so that
two orders can wait for each other but never in a circle.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from catalog import commands as catalog
from inventory.errors import (
    NothingToCount,
    OutOfStock,
    StockPromised,
    UnitsNotHere,
    UnknownWarehouse,
)
from inventory.models import Inventory, InventoryReservation, InventoryTransaction, Warehouse
from inventory.queries import available_of
from inventory.signals import stock_moved
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

MAIN = "MAIN"
MOST_UNITS = 1_000_000
Status = InventoryReservation.Status
Type = InventoryTransaction.Type


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """So many units of a variant for one order line."""

    order_item_id: UUID
    variant_id: UUID
    quantity: int


@command
def reserve(*, order_id: UUID, wanted: Sequence[Wanted], expires_at: datetime) -> None:
    """Promise units to the lines of an order until `expires_at`, all or nothing.

    The last thing its transaction does: what follows the hot rows' updates is only the commit.
    Raises OutOfStock naming the lines.
    """
    chosen = _choose(wanted)
    InventoryReservation.objects.bulk_create(
        InventoryReservation(
            inventory=stock,
            order_id=order_id,
            order_item_id=line.order_item_id,
            quantity=line.quantity,
            expires_at=expires_at,
        )
        for line, stock in chosen
    )
    _check_foreign_keys_now()
    units = [(stock.pk, line.quantity) for line, stock in chosen]
    sold_out = [
        stock_id for stock_id, quantity in sorted(units) if _promise(stock_id, quantity) < 1
    ]
    _tell_catalog(stock.variant_id for _, stock in chosen if stock.pk in sold_out)
    _announce(stock.variant_id for _, stock in chosen)


@command
def commit(*, order_id: UUID) -> None:
    """Turn what is held for an order into what is committed to it. Safe to repeat."""
    _held(order_id).update(status=Status.COMMITTED, expires_at=None, updated_at=timezone.now())


@command
def release(*, order_id: UUID, expired: bool = False) -> None:
    """Give back what is held for or committed to an order. Safe to repeat."""
    status = Status.EXPIRED if expired else Status.RELEASED
    live = _live(order_id)
    for reservation in live:
        reservation.move_to(status, expires_at=None)
    _give_back(live)


@command
def fulfil(*, order_id: UUID, by: UUID | None = None) -> None:
    """Take the committed units of an order out of the warehouse: they ship. Safe to repeat.

    Raises UnitsNotHere when units that were sold ahead haven't arrived yet.
    """
    committed = [r for r in _live(order_id) if r.status == Status.COMMITTED]
    for reservation in committed:
        reservation.move_to(Status.FULFILLED)
    for stock_id, quantity in sorted(_units(committed).items()):
        stock = _locked(stock_id)
        if stock.quantity_on_hand < quantity:
            raise UnitsNotHere
        stock.quantity_on_hand -= quantity
        stock.quantity_reserved -= quantity
        stock.save(update_fields=["quantity_on_hand", "quantity_reserved", "updated_at"])
        _record(stock, Type.SALE, -quantity, order_id=order_id, by=by)


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
    if not 0 <= quantity <= MOST_UNITS:
        raise NothingToCount
    stock = _locked(ensure_stock_row(variant_id=variant_id, warehouse_id=warehouse_id).pk)
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
    stock = _locked(ensure_stock_row(variant_id=variant_id, warehouse_id=warehouse_id).pk)
    return _change(stock, change, Type.ADJUSTMENT, reason, by, notes)


@command
def allow_backorders(*, variant_id: UUID, limit: int) -> Inventory:
    """Let this many units of a variant be sold ahead of their arrival (0: none).

    Raises NothingToCount, and StockPromised when more are sold ahead already. Safe to repeat.
    """
    if not 0 <= limit <= MOST_UNITS:
        raise NothingToCount("How many units may be sold ahead is a number from 0 to 1,000,000.")
    stock = _locked(ensure_stock_row(variant_id=variant_id).pk)
    if stock.quantity_reserved > stock.quantity_on_hand + limit:
        raise StockPromised("More units than that are sold ahead already.")
    stock.backorder_limit = limit
    stock.save(update_fields=["backorder_limit", "updated_at"])
    return stock


@command
def ensure_stock_row(*, variant_id: UUID, warehouse_id: UUID | None = None) -> Inventory:
    """Return the stock row of a variant in a warehouse (the first by priority). Safe to repeat."""
    warehouse = (
        Warehouse.objects.filter(pk=warehouse_id)
        if warehouse_id
        else Warehouse.objects.filter(is_active=True)
    ).first()
    if warehouse is None:
        raise UnknownWarehouse
    stock, _ = Inventory.objects.get_or_create(variant_id=variant_id, warehouse=warehouse, bucket=0)
    return stock


@command
def publish(*, variant_ids: Iterable[UUID]) -> None:
    """Tell the catalogue how many units of these variants can be bought. Safe to repeat."""
    catalog.set_stock(figures=available_of(variant_ids))


@command
def ensure_main_warehouse() -> None:
    """Make the one warehouse every shop starts with. Safe to repeat."""
    Warehouse.objects.get_or_create(code=MAIN, defaults={"name": "Main warehouse"})


def _choose(wanted: Sequence[Wanted]) -> list[tuple[Wanted, Inventory]]:
    """Pick a stock row per line; an unlocked look that spares most losers the inserts."""
    rows: dict[UUID, list[Inventory]] = defaultdict(list)
    stock = Inventory.objects.filter(
        variant__in=[line.variant_id for line in wanted], warehouse__is_active=True
    )
    for row in stock.order_by("warehouse__priority", "bucket", "pk"):
        rows[row.variant_id].append(row)
    chosen: list[tuple[Wanted, Inventory]] = []
    short: list[dict[str, object]] = []
    for line in wanted:
        fits = [r for r in rows[line.variant_id] if _promisable(r) >= line.quantity]
        if fits:
            chosen.append((line, fits[0]))
        else:
            most = max((_promisable(r) for r in rows[line.variant_id]), default=0)
            short.append({"variant": str(line.variant_id), "available": max(most, 0)})
    if short:
        raise OutOfStock(lines=short)
    return chosen


def _promisable(stock: Inventory) -> int:
    available: int = stock.quantity_available
    return available + stock.backorder_limit


def _promise(stock_id: UUID, quantity: int) -> int:
    """Reserve units and return how many are still available.

    One conditional UPDATE: checking first and writing later would oversell.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory SET quantity_reserved = quantity_reserved + %s, updated_at = now()"
            " WHERE id = %s AND quantity_on_hand - quantity_reserved + backorder_limit >= %s"
            " RETURNING quantity_available, variant_id",
            [quantity, stock_id, quantity],
        )
        row = cursor.fetchone()
    if row is None:
        stock = Inventory.objects.get(pk=stock_id)
        left = max(_promisable(stock), 0)
        raise OutOfStock(lines=[{"variant": str(stock.variant_id), "available": left}])
    return int(row[0])


def _check_foreign_keys_now() -> None:
    # Deferred foreign keys would else be checked at commit, while the hot rows are locked.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _held(order_id: UUID) -> "QuerySet[InventoryReservation]":
    return InventoryReservation.objects.filter(order=order_id, status=Status.HELD)


def _live(order_id: UUID) -> list[InventoryReservation]:
    live = InventoryReservation.objects.filter(
        order=order_id, status__in=[Status.HELD, Status.COMMITTED]
    )
    return list(live.select_for_update(no_key=True).order_by("pk"))


def _units(reservations: Iterable[InventoryReservation]) -> Mapping[UUID, int]:
    units: dict[UUID, int] = defaultdict(int)
    for reservation in reservations:
        units[reservation.inventory_id] += reservation.quantity
    return units


def _give_back(reservations: Sequence[InventoryReservation]) -> None:
    back: list[UUID] = []
    for stock_id, quantity in sorted(_units(reservations).items()):
        stock = _locked(stock_id)
        if stock.quantity_available < 1:
            back.append(stock.variant_id)
        stock.quantity_reserved -= quantity
        stock.save(update_fields=["quantity_reserved", "updated_at"])
    _tell_catalog(back)
    _announce(
        Inventory.objects.filter(pk__in=_units(reservations)).values_list("variant_id", flat=True)
    )


def _locked(stock_id: UUID) -> Inventory:
    return Inventory.objects.select_for_update(no_key=True).get(pk=stock_id)


def _change(
    stock: Inventory, change: int, type_: str, reason: str, by: UUID | None, notes: str
) -> Inventory:
    after = stock.quantity_on_hand + change
    if after < 0:
        raise StockPromised(f"Only {stock.quantity_on_hand} units are here to take away.")
    if after + stock.backorder_limit < stock.quantity_reserved:
        raise StockPromised(
            f"{stock.quantity_reserved} units are promised to orders, so at least as many must"
            " stay. Cancel those orders first."
        )
    stock.quantity_on_hand = after
    stock.save(update_fields=["quantity_on_hand", "last_counted_at", "updated_at"])
    if change:
        _record(stock, type_, change, by=by, reason=reason, notes=notes)
        _tell_catalog([stock.variant_id])
    stock.refresh_from_db()
    return stock


def _record(
    stock: Inventory,
    type_: str,
    change: int,
    *,
    order_id: UUID | None = None,
    by: UUID | None = None,
    reason: str = "",
    notes: str = "",
) -> None:
    InventoryTransaction.objects.create(
        inventory=stock,
        order_id=order_id,
        type=type_,
        quantity_change=change,
        quantity_after=stock.quantity_on_hand,
        reason=reason,
        notes=notes,
        created_by_id=by,
    )


def _tell_catalog(variant_ids: Iterable[UUID]) -> None:
    """At once, in this transaction: these variants sold out or came back."""
    if flipped := set(variant_ids):
        catalog.set_stock(figures=available_of(flipped))


def _announce(variant_ids: Iterable[UUID]) -> None:
    announce(stock_moved, variant_ids=sorted(set(variant_ids)))
