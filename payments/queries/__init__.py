"""Answers about money that span tables: what is shown, and what the sweeps still have to do."""

from payments.queries.evidence import Evidence, evidence_of, evidence_pack, evidence_text
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
    "Evidence",
    "LineLeft",
    "OrderLeft",
    "evidence_of",
    "evidence_pack",
    "evidence_text",
    "left_of_order",
    "methods_of",
    "payments_of",
    "unclaimed_orders",
    "unsettled_orders",
    "waiting_refunds",
]
