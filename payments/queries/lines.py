"""What of an order may still be given back, line by line and to the cent."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q, Sum

from orders.models import Order, OrderItem
from payments.models import Refund, RefundItem
from shopflow.lib.money import ZERO, round_money


@dataclass(frozen=True)
class LineLeft:
    """One line of an order, and how many of its units were given back already.

    `price` is what all its units cost the shopper: discounts off, taxes in. `ahead` are units that
    went on sale again by a refund whose money then failed, and that no later one has counted.
    """

    item: OrderItem
    price: Decimal
    refunded: int
    ahead: int

    @property
    def quantity(self) -> int:
        """How many units are left to give back."""
        return int(self.item.quantity) - self.refunded

    @property
    def amount(self) -> Decimal:
        """What they cost."""
        return self.amount_of(self.quantity)

    def amount_of(self, units: int) -> Decimal:
        """Return what the next units to be given back cost.

        Counted from the first one on, so that all units together make exactly the line's price.
        """
        before, after = self.refunded, self.refunded + units
        return self._share(after) - self._share(before)

    def to_restock(self, units: int) -> int:
        """Return how many of the next units go on sale again: never one twice."""
        return max(0, units - self.ahead)

    def _share(self, units: int) -> Decimal:
        return round_money(self.price * units / self.item.quantity)


@dataclass(frozen=True)
class OrderLeft:
    """What of an order may still be given back, in its currency, before anybody asks for less."""

    lines: Mapping[UUID, LineLeft]
    shipping: Decimal


def left_of_order(order: Order) -> OrderLeft:
    """Return what is left of an order's lines (by id, in their order) and of its shipping."""
    failed = Q(refund__status=Refund.Status.FAILED)
    restocks = ~failed & Q(refund__restock=True)
    given = {
        row["order_item"]: row
        for row in RefundItem.objects.filter(refund__order=order)
        .values("order_item")
        .annotate(
            refunded=Sum("quantity", filter=~failed, default=0),
            ahead=Sum("restocked", filter=failed, default=0)
            - Sum(F("quantity") - F("restocked"), filter=restocks, default=0),
        )
    }
    nothing = {"refunded": 0, "ahead": 0}
    lines = {
        item.pk: LineLeft(item, _price(order, item), row["refunded"], row["ahead"])
        for item in order.items.order_by("id")
        for row in (given.get(item.pk, nothing),)
    }
    refunds = Refund.objects.filter(order=order).exclude(status=Refund.Status.FAILED)
    shipping = order.total - sum((line.price for line in lines.values()), ZERO)
    shipped = refunds.aggregate(amount=Sum("shipping_amount", default=ZERO))["amount"]
    return OrderLeft(lines, max(shipping - shipped, ZERO))


def _price(order: Order, item: OrderItem) -> Decimal:
    on_top = ZERO if order.prices_include_tax else item.tax_amount
    price: Decimal = item.line_total - item.discount_amount + on_top
    return price
