"""Everything that happens to an order."""

from orders.commands.changes import (
    apply_change,
    discard_change,
    note_settled,
    propose_change,
)
from orders.commands.claims import claim_orders
from orders.commands.drafts import place_draft
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
from orders.commands.notes import add_note
from orders.commands.papers import draw_paper, issue_papers, want_papers
from orders.commands.place import Address, place_order
from orders.commands.reorder import Reordered, reorder
from orders.commands.shipments import ship
from orders.commands.tracking import deliver, track

__all__ = [
    "Address",
    "Reordered",
    "add_note",
    "apply_change",
    "cancel",
    "claim_orders",
    "confirm",
    "deliver",
    "discard_change",
    "draw_paper",
    "ensure_moves",
    "expire",
    "issue_papers",
    "mark_refunded",
    "note_settled",
    "place_draft",
    "place_order",
    "propose_change",
    "record_money",
    "reopen",
    "reorder",
    "resend_mail",
    "ship",
    "tell_failed_payment",
    "tell_refund",
    "track",
    "want_papers",
]
