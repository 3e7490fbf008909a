"""Everything that happens to an order."""

from orders.commands.lifecycle import (
    cancel,
    confirm,
    expire,
    mark_refunded,
    record_money,
    reopen,
)
from orders.commands.place import Address, place_order
from orders.commands.shipments import deliver, ship

__all__ = [
    "Address",
    "cancel",
    "confirm",
    "deliver",
    "expire",
    "mark_refunded",
    "place_order",
    "record_money",
    "reopen",
    "ship",
]
