"""Pages from checkout to the parcel, and back."""

from orders.views.checkout import checkout
from orders.views.orders import cancel, detail, mine, thanks, track
from orders.views.papers import invoice
from orders.views.reorder import reorder
from orders.views.returns import call_off_return, one_return, return_label, returns
from orders.views.withdrawals import withdraw, withdraw_order

__all__ = [
    "call_off_return",
    "cancel",
    "checkout",
    "detail",
    "invoice",
    "mine",
    "one_return",
    "reorder",
    "return_label",
    "returns",
    "thanks",
    "track",
    "withdraw",
    "withdraw_order",
]
