"""Everything that happens to an order."""

from orders.commands.claims import claim_orders
from orders.commands.holds import extend_hold
from orders.commands.lifecycle import (
    cancel,
    confirm,
    expire,
    mark_refunded,
    record_money,
    reopen,
)
from orders.commands.mails import resend_mail, tell_failed_payment, tell_refund
from orders.commands.moves import ensure_moves
from orders.commands.papers import draw_paper, issue_papers, want_papers
from orders.commands.place import Address, place_order
from orders.commands.reorder import Reordered, reorder
from orders.commands.shipments import deliver, ship

__all__ = [
    "Address",
    "Reordered",
    "cancel",
    "claim_orders",
    "confirm",
    "deliver",
    "draw_paper",
    "ensure_moves",
    "expire",
    "extend_hold",
    "issue_papers",
    "mark_refunded",
    "place_order",
    "record_money",
    "reopen",
    "reorder",
    "resend_mail",
    "ship",
    "tell_failed_payment",
    "tell_refund",
    "want_papers",
]
