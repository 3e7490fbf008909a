"""Answers about money that span tables: what is shown, and what the sweeps still have to do."""

from payments.queries.evidence import Evidence, evidence_of, evidence_pack, evidence_text
from payments.queries.ledgers import (
    WINDOW,
    Difference,
    Kind,
    behind,
    closed_with_money,
    compare,
    theirs_of,
    unmatched_payouts,
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
    "WINDOW",
    "Difference",
    "Evidence",
    "Kind",
    "LineLeft",
    "OrderLeft",
    "behind",
    "closed_with_money",
    "compare",
    "evidence_of",
    "evidence_pack",
    "evidence_text",
    "left_of_order",
    "methods_of",
    "payments_of",
    "theirs_of",
    "unclaimed_orders",
    "unmatched_payouts",
    "unsettled_orders",
    "waiting_refunds",
]
