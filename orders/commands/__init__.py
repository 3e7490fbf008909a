"""Everything that happens to an order."""

from orders.commands.authorized import collect, lose_promise, promise
from orders.commands.changes import (
    apply_change,
    discard_change,
    note_settled,
    propose_change,
)
from orders.commands.claims import claim_orders
from orders.commands.drafts import place_draft
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
from orders.commands.notes import add_note
from orders.commands.papers import draw_paper, issue_papers, want_papers
from orders.commands.place import Address, place_order
from orders.commands.receipts import (
    Due,
    ReceivedLine,
    accept_claim,
    close_return,
    receive_return,
    take_due,
)
from orders.commands.reorder import Reordered, reorder
from orders.commands.replacements import send_replacement
from orders.commands.returns import (
    ReturnLine,
    approve_return,
    call_off_return,
    refuse_return,
    request_return,
)
from orders.commands.shipments import ship
from orders.commands.tracking import deliver, track
from orders.commands.withdrawals import Withdrawal, withdraw

__all__ = [
    "Address",
    "Due",
    "ReceivedLine",
    "Reordered",
    "ReturnLine",
    "Withdrawal",
    "accept_claim",
    "add_note",
    "apply_change",
    "approve_return",
    "call_off_return",
    "cancel",
    "claim_orders",
    "close_return",
    "collect",
    "confirm",
    "deliver",
    "discard_change",
    "draw_paper",
    "ensure_moves",
    "expire",
    "extend_hold",
    "issue_papers",
    "lose_promise",
    "mark_refunded",
    "note_settled",
    "place_draft",
    "place_order",
    "promise",
    "propose_change",
    "receive_return",
    "record_money",
    "refuse_return",
    "reopen",
    "reorder",
    "request_return",
    "resend_mail",
    "send_replacement",
    "ship",
    "take_due",
    "tell_failed_payment",
    "tell_refund",
    "track",
    "want_papers",
    "withdraw",
]
