"""Orders that have arrived, and what is asked to come back of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from django.utils import timezone

from catalog import commands as catalog
from catalog.commands import VariantSpec
from catalog.models import ProductVariant
from inventory import commands as inventory
from orders import commands
from orders.commands import ReceivedLine, ReturnLine
from orders.models import Order, OrderReturn
from tests import factories
from tests.payments.webhooks import Till

_parcels = count(1)


def sent(order: Order, *, till: Till | None = None) -> Order:
    """The order, paid (for real, at a till) and on its way."""
    if till is None:
        commands.confirm(order_id=order.pk, amount=order.total)
    else:
        till.paid(order)
    commands.ship(order_id=order.pk, carrier="UPS", tracking_number=f"1Z{next(_parcels)}")
    order.refresh_from_db()
    return order


def arrived(order: Order, *, till: Till | None = None) -> Order:
    """The order, paid, sent and delivered."""
    sent(order, till=till)
    commands.deliver(order_id=order.pk)
    order.refresh_from_db()
    return order


def delivered_ago(order: Order, **ago: float) -> datetime:
    """Let the parcel of an arrived order have come so long ago."""
    at = timezone.now() - timedelta(**ago)
    Order.objects.filter(pk=order.pk).update(placed_at=at, shipped_at=at, delivered_at=at)
    return at


def line(order: Order, *, units: int = 1, reason: str = "unwanted", **facts: object) -> ReturnLine:
    """So many units of an order's first line."""
    item = order.items.order_by("id")[0]
    return ReturnLine(order_item_id=item.pk, quantity=units, reason=reason, **facts)  # type: ignore[arg-type]  # as the test names them


def asked(order: Order, *, units: int = 1, **facts: object) -> OrderReturn:
    """A return that waits for staff."""
    given = {"kind": "return", "resolution": "refund", "lines": [line(order, units=units)], **facts}
    return commands.request_return(order_id=order.pk, **given)  # type: ignore[arg-type]  # as the test names them


def accepted(order: Order, *, units: int = 1, **facts: object) -> OrderReturn:
    """A return whose goods may come."""
    return commands.approve_return(return_id=asked(order, units=units, **facts).pk)


def came(row: OrderReturn, *, units: int = 1, restock: bool = True, note: str = "") -> OrderReturn:
    """So many units of a return's first line have come."""
    item_id = row.items.order_by("id")[0].order_item_id
    said = ReceivedLine(order_item_id=item_id, quantity=units, restock=restock, note=note)
    return commands.receive_return(return_id=row.pk, lines=[said])


def two_sizes(*, other: str = "50.00") -> tuple[ProductVariant, ProductVariant]:
    """A shirt of 50.00 in S, and in M at a price; ten of each."""
    number = next(_parcels)
    spec = factories.product_spec(
        variants=[
            VariantSpec(
                sku=f"RET-{number}-{size}", price=Decimal(price), option_values={"Size": size}
            )
            for size, price in (("S", "50.00"), ("M", other))
        ]
    )
    small, medium = catalog.save_product(spec=spec).variants.values()
    for variant in (small, medium):
        inventory.count(variant_id=variant.pk, quantity=10, reason="opening")
    return small, medium
