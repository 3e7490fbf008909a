"""Everything that changes a cart, and what is kept of a checkout."""

from carts.commands.carts import (
    MOST_CODE_LENGTH,
    MOST_LINES,
    MOST_UNITS,
    REFUSED_COUPONS,
    add_line,
    close,
    enter_coupon,
    merge_guest_cart,
    open_cart,
    open_cart_with,
    remove_coupon,
    remove_line,
    set_quantity,
)
from carts.commands.drafts import drop_drafts, keep_draft
from carts.commands.phone import discard_draft, name_draft, note_answers, open_for_customer
from carts.commands.sweeps import (
    drop_carts_of_closed_accounts,
    drop_deleted_products,
    drop_expired,
    drop_ordered,
)
from carts.models import OpenedCart

__all__ = [
    "MOST_CODE_LENGTH",
    "MOST_LINES",
    "MOST_UNITS",
    "REFUSED_COUPONS",
    "OpenedCart",
    "add_line",
    "close",
    "discard_draft",
    "drop_carts_of_closed_accounts",
    "drop_deleted_products",
    "drop_drafts",
    "drop_expired",
    "drop_ordered",
    "enter_coupon",
    "keep_draft",
    "merge_guest_cart",
    "name_draft",
    "note_answers",
    "open_cart",
    "open_cart_with",
    "open_for_customer",
    "remove_coupon",
    "remove_line",
    "set_quantity",
]
