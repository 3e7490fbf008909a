"""Everything that moves money.

The gateway is called outside of transactions only: the intent is committed first, the call uses
its row's id as the provider's idempotency key, and the answer is recorded after.
"""

from payments.commands.attempts import (
    TRIES_FROM_NETWORK,
    TRIES_OF_ORDER,
    WayToPay,
    start_payment,
)
from payments.commands.capturing import capture_payment, release_payment
from payments.commands.changes import settle_changes
from payments.commands.claims import claim_payments
from payments.commands.closing import close_unpaid, settle_cancelled
from payments.commands.disputes import answer_dispute, record_dispute
from payments.commands.gift_cards import (
    adjust_card,
    block_card,
    issue_bought,
    issue_card,
    issue_credit,
    keep_card,
    resend_card,
    send_card,
    unblock_card,
)
from payments.commands.gift_holds import settle
from payments.commands.gift_refunds import refund_to_cards
from payments.commands.gift_tender import GUESSES, add_gift_card, remove_gift_card
from payments.commands.inbox import (
    claim_waiting,
    note_failure,
    process_event,
    receive,
    replay_event,
)
from payments.commands.line_refunds import RefundLine, refund_lines
from payments.commands.methods import detach_method, keep_method, remove_method
from payments.commands.payouts import record_payout
from payments.commands.reconciling import reconcile
from payments.commands.refunds import refund, settle_refund
from payments.commands.returns import settle_return
from payments.commands.state import record_state

__all__ = [
    "GUESSES",
    "TRIES_FROM_NETWORK",
    "TRIES_OF_ORDER",
    "RefundLine",
    "WayToPay",
    "add_gift_card",
    "adjust_card",
    "answer_dispute",
    "block_card",
    "capture_payment",
    "claim_payments",
    "claim_waiting",
    "close_unpaid",
    "detach_method",
    "issue_bought",
    "issue_card",
    "issue_credit",
    "keep_card",
    "keep_method",
    "note_failure",
    "process_event",
    "receive",
    "reconcile",
    "record_dispute",
    "record_payout",
    "record_state",
    "refund",
    "refund_lines",
    "refund_to_cards",
    "release_payment",
    "remove_gift_card",
    "remove_method",
    "replay_event",
    "resend_card",
    "send_card",
    "settle",
    "settle_cancelled",
    "settle_changes",
    "settle_refund",
    "settle_return",
    "start_payment",
    "unblock_card",
]
