"""Answers about money that span tables: what is shown, and what the sweeps still have to do."""

from payments.queries.evidence import Evidence, evidence_of, evidence_pack, evidence_text
from payments.queries.gift_cards import (
    PAID,
    bought_with,
    card_of,
    cards_of,
    cards_to_send,
    held_on,
    holds_on,
    money_of,
    spent_on,
    to_charge,
    unissued_orders,
)
from payments.queries.lines import LineLeft, OrderLeft, left_of_order
from payments.queries.payments import (
    NEWEST_METHOD,
    methods_of,
    payments_of,
    unclaimed_orders,
    unsettled_orders,
    waiting_refunds,
)

__all__ = [
    "NEWEST_METHOD",
    "PAID",
    "Evidence",
    "LineLeft",
    "OrderLeft",
    "bought_with",
    "card_of",
    "cards_of",
    "cards_to_send",
    "evidence_of",
    "evidence_pack",
    "evidence_text",
    "held_on",
    "holds_on",
    "left_of_order",
    "methods_of",
    "money_of",
    "payments_of",
    "spent_on",
    "to_charge",
    "unclaimed_orders",
    "unissued_orders",
    "unsettled_orders",
    "waiting_refunds",
]
