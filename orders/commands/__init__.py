"""Everything that happens to an order."""

from orders.commands.claims import claim_orders
from orders.commands.lifecycle import (
    cancel,
    confirm,
    expire,
    mark_refunded,
    record_money,
    reopen,
)
from orders.commands.moves import ensure_moves
from orders.commands.place import Address, place_order
from orders.commands.shipments import deliver, ship

__all__ = [
    "Address",
    "cancel",
    "claim_orders",
    "confirm",
    "deliver",
    "ensure_moves",
    "expire",
    "mark_refunded",
    "place_order",
    "record_money",
    "reopen",
    "ship",
]
