"""What of an order can come back, until when, and what is on its way."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from catalog.models import ProductVariant
from orders.errors import ReturnNotFound
from orders.models import Order, OrderItem, OrderReturn, OrderReturnItem, OrderShipmentItem
from shopflow.lib.paging import Order as SortOrder

OLDEST_FIRST = SortOrder(["id"])
SATURDAY, SUNDAY = 5, 6
Kind, Status, Resolution = OrderReturn.Kind, OrderReturn.Status, OrderReturn.Resolution
# What a shopper may ask for, and as what.
ASKED: Mapping[str, frozenset[str]] = {
    Kind.RETURN: frozenset({Resolution.REFUND, Resolution.GIFT_CARD}),
    Kind.EXCHANGE: frozenset({Resolution.EXCHANGE}),
    Kind.CLAIM: frozenset({Resolution.REFUND, Resolution.REPLACEMENT}),
}


class ReturnFact(StrEnum):
    """What a mail about a return tells; `orders/<fact>` is its kind."""

    REQUESTED = "return_requested"
    APPROVED = "return_approved"
    DECLINED = "return_declined"
    RECEIVED = "return_received"
    CLOSED = "return_closed"
    REPLACED = "return_replaced"
    WITHDRAWN = "withdrawal"


@dataclass(frozen=True)
class ReturnableLine:
    """A line of an order of which so many units were shipped and aren't on their way back."""

    item: OrderItem
    quantity: int
    instead: tuple[ProductVariant, ...] = ()


@dataclass(frozen=True)
class ReturnedLine:
    """A line of a return as a mail names it."""

    product: str
    variant: str
    quantity: int
    instead: str


@dataclass(frozen=True)
class DueLine:
    """So many units to settle; `part` (at most 1) is how much of what they cost is due."""

    order_item_id: UUID
    quantity: int
    part: Decimal


def units_sent(order_id: UUID) -> dict[UUID, int]:
    """Return how many units of each line were shipped."""
    parcels = OrderShipmentItem.objects.filter(
        shipment__order=order_id, shipment__shipped_at__isnull=False
    )
    return dict(parcels.values_list("order_item").annotate(Sum("quantity")))


def units_left(order_id: UUID) -> dict[UUID, int]:
    """Return how many units of each line were shipped and aren't, or don't come, back.

    Only the lock on the order keeps the answer true.
    """
    left: dict[UUID, int] = defaultdict(int, units_sent(order_id))
    taken = OrderReturnItem.objects.filter(order_return__order=order_id).exclude(
        order_return__status__in=[Status.DECLINED, Status.CANCELLED]
    )
    for item in taken.select_related("order_return"):
        left[item.order_item_id] -= _taken(item)
    return dict(left)


def returnable_lines(order: Order) -> list[ReturnableLine]:
    """Return the lines of an order that can come back, with what each may be exchanged for."""
    left = units_left(order.pk)
    items = [item for item in order.items.all() if left.get(item.pk, 0) > 0]
    instead = _others(items)
    return [
        ReturnableLine(
            item,
            left[item.pk],
            tuple(one for one in instead[item.product_id] if _is_instead(one, item)),
        )
        for item in items
    ]


def is_returnable(*, order: Order, kind: str) -> bool:
    """Whether goods of this order may still be sent back as this kind."""
    over = {Order.Status.CANCELLED, Order.Status.REFUNDED}
    return order.status not in over and not is_late(order=order, kind=kind)


def is_late(*, order: Order, kind: str) -> bool:
    """Whether the last day to send back, claim or withdraw is over."""
    last = last_day(order=order, kind=kind)
    return last is not None and timezone.now().date() > last


def last_day(*, order: Order, kind: str) -> date | None:
    """Return the last day (UTC) to send back, claim or withdraw; None while nothing has arrived.

    The day of the delivery isn't counted (article 3 (1) of Regulation 1182/71), and where a
    withdrawal's last day is a Saturday or Sunday it is the Monday after (article 3 (4)).
    """
    if order.delivered_at is None:
        return None
    days = {Kind.WITHDRAWAL: settings.WITHDRAWAL_DAYS, Kind.CLAIM: settings.CLAIM_DAYS}
    last = order.delivered_at.date() + timedelta(days=days.get(Kind(kind), settings.RETURN_DAYS))
    if kind != Kind.WITHDRAWAL:
        return last
    return last + timedelta(days={SATURDAY: 2, SUNDAY: 1}.get(last.weekday(), 0))


def returns_of(order_id: UUID) -> "QuerySet[OrderReturn]":
    """Return an order's returns with their lines, the newest first."""
    rows = OrderReturn.objects.filter(order=order_id).order_by("-id")
    return rows.select_related("replacement").prefetch_related(
        "items__order_item", "items__wanted_variant"
    )


def return_of(*, order_id: UUID, number: str) -> OrderReturn:
    """Return an order's return of this number; raises ReturnNotFound."""
    found = None if "\0" in number else returns_of(order_id).filter(return_number=number).first()
    if found is None:
        raise ReturnNotFound
    return found


def unsettled_returns(limit: int) -> list[UUID]:
    """Return returns for which something is due: goods that came, claims that were accepted."""
    came = Q(
        order_return__status__in=[Status.PARTIALLY_RECEIVED, Status.RECEIVED, Status.CLOSED],
        order_return__resolution__in=[Resolution.REFUND, Resolution.GIFT_CARD],
        quantity_received__gt=F("quantity_settled"),
    )
    accepted = Q(
        order_return__kind=Kind.CLAIM,
        order_return__status=Status.CLOSED,
        order_return__resolution=Resolution.REFUND,
        quantity__gt=F("quantity_settled"),
    )
    exchanged = Q(
        order_return__status=Status.CLOSED,
        order_return__resolution=Resolution.EXCHANGE,
        quantity_received__gt=F("quantity_settled"),
    )
    rows = OrderReturnItem.objects.filter(came | accepted | exchanged)
    return list(rows.values_list("order_return", flat=True).distinct()[:limit])


def due_of(order_return: OrderReturn) -> list[DueLine]:
    """Return what of a return is still to be settled with money; the caller holds the locks."""
    is_closed = order_return.status == Status.CLOSED
    prices: Mapping[UUID, Decimal] = {}
    if order_return.resolution == Resolution.EXCHANGE and is_closed:
        prices = _prices_instead(order_return)
    elif order_return.resolution not in {Resolution.REFUND, Resolution.GIFT_CARD}:
        return []
    is_accepted = order_return.kind == Kind.CLAIM and is_closed
    due = []
    for item in order_return.items.select_related("order_item").order_by("id"):
        units = item.quantity if is_accepted else item.quantity_received
        if units > item.quantity_settled:
            part = _part(item, prices)
            due.append(DueLine(item.order_item_id, units - item.quantity_settled, part))
    return due


def moment(at: datetime) -> str:
    """Return a moment as a receipt names it, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def read_return(order: Order, number: str) -> dict[str, Any]:
    """Return what a mail about a return shows, as it is now. Raises ReturnNotFound."""
    row = return_of(order_id=order.pk, number=number)
    lines = list(row.items.all())
    return {
        "decision": row.decision,
        "resolution": row.resolution,
        "received": sum(line.quantity_received for line in lines),
        "returned": [
            ReturnedLine(
                line.order_item.product_name,
                line.order_item.variant_name,
                line.quantity,
                line.wanted_variant.name if line.wanted_variant else "",
            )
            for line in lines
        ],
        "shop": settings.SHOP_NAME,
        "shop_address": list(settings.SHOP_ADDRESS),
    }


def _taken(item: OrderReturnItem) -> int:
    """Goods that a closed return waits for no more can be sent back another time."""
    is_over = item.order_return.status == Status.CLOSED
    if is_over and item.order_return.kind != Kind.CLAIM:
        return item.quantity_received
    return item.quantity


def _others(items: list[OrderItem]) -> Mapping[UUID, list[ProductVariant]]:
    found: dict[UUID, list[ProductVariant]] = defaultdict(list)
    products = {item.product_id for item in items}
    rows = ProductVariant.objects.filter(product__in=products, is_active=True, deleted_at=None)
    for variant in rows.order_by("name", "id") if products else ():
        found[variant.product_id].append(variant)
    return found


def _is_instead(variant: ProductVariant, item: OrderItem) -> bool:
    return variant.pk != item.variant_id and variant.price <= item.unit_price


def _prices_instead(order_return: OrderReturn) -> Mapping[UUID, Decimal]:
    """Return what each variant costs in the order that replaces the goods."""
    items = OrderItem.objects.filter(order=order_return.replacement_id)
    return dict(items.values_list("variant", "unit_price"))


def _part(item: OrderReturnItem, prices: Mapping[UUID, Decimal]) -> Decimal:
    """Of an exchange only the difference is due, in proportion to what was paid."""
    before = item.order_item.unit_price
    if not prices or item.wanted_variant_id is None:
        return Decimal(1)
    return 1 - prices[item.wanted_variant_id] / before if before else Decimal(0)
