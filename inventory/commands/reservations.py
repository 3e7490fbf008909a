"""Units promised to orders, from the promise to the parcel or back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from inventory.commands.ledger import announce_move, entry, locked, tell_catalog
from inventory.errors import (
    OutOfStock,
    UnitsNotCommitted,
    UnitsNotHere,
)
from inventory.models import Inventory, InventoryReservation, InventoryTransaction
from shopflow.lib.transactions import command

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
    units: dict[UUID, int] = defaultdict(int)
    for line, stock in chosen:
        units[stock.pk] += line.quantity
    left = _promise(units)
    tell_catalog(stock.variant_id for _, stock in chosen if left[stock.pk] < 1)
    announce_move(stock.variant_id for _, stock in chosen)


@command
def extend(*, order_id: UUID, until: datetime) -> None:
    """Hold what is held for an order until a later moment; never less long. Safe to repeat."""
    shorter = _held(order_id).filter(expires_at__lt=until)
    shorter.update(expires_at=until, updated_at=timezone.now())


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
def fulfil(
    *, order_id: UUID, units: Mapping[UUID, int] | None = None, by: UUID | None = None
) -> None:
    """Take committed units of an order out of the warehouse: they ship.

    `units` says how many of which order lines; without it all that is still committed goes, which
    is safe to repeat. Raises UnitsNotCommitted when a line has fewer left than asked for,
    UnitsNotHere when units that were sold ahead haven't arrived yet.
    """
    taken = _take(order_id, units, Status.FULFILLED)
    for stock_id, quantity in sorted(taken.items()):
        stock = locked(stock_id)
        if stock.quantity_on_hand < quantity:
            raise UnitsNotHere
        stock.quantity_on_hand -= quantity
        stock.quantity_reserved -= quantity
        stock.save(update_fields=["quantity_on_hand", "quantity_reserved", "updated_at"])
        entry(stock, Type.SALE, -quantity, order_id=order_id, by=by).save()


@command
def give_up(*, order_id: UUID, units: Mapping[UUID, int]) -> None:
    """Put committed units of an order's lines back on sale: they were taken out of the order.

    Raises UnitsNotCommitted when a line has fewer left than that.
    """
    _put_back(_take(order_id, units, Status.RELEASED))


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


def _promise(units: Mapping[UUID, int]) -> Mapping[UUID, int]:
    """Reserve units of stock rows and return how many are still available of each.

    One conditional UPDATE: checking first and writing later would oversell. The rows are locked
    by key before it, as everybody locks them: an UPDATE alone takes them as it comes.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PROMISE, [list(units), list(units.values())])
        left = {stock_id: int(available) for stock_id, available in cursor.fetchall()}
    if short := [stock_id for stock_id in units if stock_id not in left]:
        rows = Inventory.objects.filter(pk__in=short).order_by("pk")
        raise OutOfStock(
            lines=[
                {"variant": str(stock.variant_id), "available": max(_promisable(stock), 0)}
                for stock in rows
            ]
        )
    return left


_PROMISE = """
WITH wanted AS (
    SELECT i.id, w.units FROM inventory i
    JOIN unnest(%s::uuid[], %s::int[]) AS w (id, units) ON w.id = i.id
    ORDER BY i.id
    FOR NO KEY UPDATE OF i
)
UPDATE inventory i SET quantity_reserved = i.quantity_reserved + wanted.units, updated_at = now()
FROM wanted
WHERE i.id = wanted.id
  AND i.quantity_on_hand - i.quantity_reserved + i.backorder_limit >= wanted.units
RETURNING i.id, i.quantity_available
"""


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


def _take(order_id: UUID, units: Mapping[UUID, int] | None, status: str) -> dict[UUID, int]:
    """Move committed units on, a part of a promise as a row of its own; return units by stock."""
    # An order's promises all have their line: only a waiting shopper's have none.
    committed = [
        (reservation, reservation.order_item_id)
        for reservation in _live(order_id)
        if reservation.status == Status.COMMITTED and reservation.order_item_id
    ]
    left: dict[UUID, int] = defaultdict(int, units or {})
    if units is None:
        for reservation, item_id in committed:
            left[item_id] += reservation.quantity
    taken: dict[UUID, int] = defaultdict(int)
    for reservation, item_id in committed:
        if quantity := min(left[item_id], reservation.quantity):
            _split(reservation, quantity, status)
            left[item_id] -= quantity
            taken[reservation.inventory_id] += quantity
    if any(left.values()):
        raise UnitsNotCommitted
    return taken


def _split(reservation: InventoryReservation, quantity: int, status: str) -> None:
    """Move so many units of a committed promise on.

    One conditional UPDATE: what another transaction has moved meanwhile isn't moved again.
    """
    same = InventoryReservation.objects.filter(pk=reservation.pk, status=Status.COMMITTED)
    now = timezone.now()
    if quantity == reservation.quantity:
        moved = same.filter(quantity=quantity).update(status=status, updated_at=now)
    else:
        moved = same.filter(quantity__gt=quantity).update(
            quantity=F("quantity") - quantity, updated_at=now
        )
        InventoryReservation.objects.create(
            inventory_id=reservation.inventory_id,
            order_id=reservation.order_id,
            order_item_id=reservation.order_item_id,
            quantity=quantity,
            status=status,
        )
    if not moved:
        raise UnitsNotCommitted


def _give_back(reservations: Sequence[InventoryReservation]) -> None:
    _put_back(_units(reservations))


def _put_back(units: Mapping[UUID, int]) -> None:
    back: list[UUID] = []
    for stock_id, quantity in sorted(units.items()):
        stock = locked(stock_id)
        if stock.quantity_available < 1:
            back.append(stock.variant_id)
        stock.quantity_reserved -= quantity
        stock.save(update_fields=["quantity_reserved", "updated_at"])
    tell_catalog(back)
    announce_move(Inventory.objects.filter(pk__in=units).values_list("variant_id", flat=True))
