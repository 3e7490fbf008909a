from collections.abc import Callable
from functools import partial
from itertools import permutations

import pytest

from tests.rules import schema
from tests.rules.proofs import check, one_of, proof, refuses, unique
from tests.rules.rows import Values, new, row, update

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = "2026-01-01", "2026-01-02", "2026-01-03"
PENDING = {
    "status": "pending",
    "placed_at": FIRST,
    "confirmed_at": None,
    "shipped_at": None,
    "delivered_at": None,
    "cancelled_at": None,
}
CONFIRMED = {**PENDING, "status": "confirmed", "confirmed_at": FIRST}
PROCESSING = {**CONFIRMED, "status": "processing"}
SHIPPED = {**PROCESSING, "status": "shipped", "shipped_at": SECOND}
DELIVERED = {**SHIPPED, "status": "delivered", "delivered_at": THIRD}
CANCELLED = {**PENDING, "status": "cancelled", "cancelled_at": FIRST}
REFUNDED = {**CONFIRMED, "status": "refunded"}
# Data model, orders; a cancelled one comes back only if it had expired.
MOVES = {
    "pending": {"confirmed", "cancelled"},
    "confirmed": {"processing", "cancelled", "refunded"},
    "processing": {"shipped", "cancelled", "refunded"},
    "shipped": {"delivered", "refunded"},
    "delivered": {"refunded"},
    "cancelled": set[str](),
    "refunded": set[str](),
}
FREE = {"subtotal": 0, "discount_total": 0, "shipping_cost": 0, "tax": 0, "total": 0}


def moves_are_legal(name: str) -> None:
    rule = schema.rules()[name]
    states: tuple[Values, ...] = (
        PENDING,
        CONFIRMED,
        PROCESSING,
        SHIPPED,
        DELIVERED,
        CANCELLED,
        REFUNDED,
    )
    for before, after in permutations(states, 2):
        move = partial(update, "orders", row("orders", **before), after)
        if after["status"] in MOVES[before["status"]]:
            move()
        else:
            refuses(rule, move)
    # What the row said before counts, not what the statement makes of it.
    expired = row("orders", **CANCELLED, cancel_reason="expired")
    update("orders", expired, {**CONFIRMED, "cancel_reason": ""})
    cancelled = row("orders", **CANCELLED, cancel_reason="by the shop")
    reopening = {**CONFIRMED, "cancel_reason": "expired"}
    refuses(rule, partial(update, "orders", cancelled, reopening))


RULES = (
    unique("orders_order_number_unique", "order_number", ledger="S0-23 S1-46 S2-7 S2-82 S2-96"),
    check(
        "orders_order_number_format",
        {"order_number": "ORD-2026-1001"},
        {"order_number": "2026-1001"},
        {"order_number": "ORD-26-1001"},
        {"order_number": "ORD-2026-100"},
        {"order_number": "ord-2026-1001"},
        {"order_number": "ORD-2026-1001A"},
        ledger="S2-20",
    ),
    proof(
        "orders_status_move_legal",
        partial(moves_are_legal, "orders_status_move_legal"),
        ledger="S2-40 S2-70",
    ),
    one_of(
        "orders_status_known",
        "status",
        "pending confirmed processing shipped delivered cancelled refunded",
        ledger="S1-90 S2-39 S2-75 S4-10",
    ),
    one_of(
        "orders_payment_status_known",
        "payment_status",
        "unpaid authorized paid partially_refunded refunded disputed",
        ledger="S3-28",
    ),
    one_of(
        "orders_fulfilment_status_known",
        "fulfilment_status",
        "unfulfilled partial fulfilled returned",
    ),
    one_of(
        "orders_tax_exemption_known",
        "tax_exemption",
        "customer reverse_charge",
        or_empty=True,
    ),
    check(
        "orders_exempt_bears_no_tax",
        {"tax_exemption": "customer", "tax": 0},
        {"tax": 1, "prices_include_tax": True},
    ),
    check(
        "orders_reverse_charge_names_vat_id",
        {"tax_exemption": "reverse_charge", "vat_id": "ATU13585627"},
        {"vat_id": ""},
    ),
    check("orders_currency_iso", {"currency": "EUR"}, {"currency": "eur"}, {"currency": ""}),
    # A negative total follows from one of these or from too high a discount.
    check(
        "orders_amounts_not_negative",
        FREE,
        {"subtotal": -1, "shipping_cost": 1},
        {"discount_total": -1, "total": 1},
        {"shipping_cost": -1, "subtotal": 1},
        {"tax": -1, "subtotal": 1},
        ledger="S2-42 S2-81",
    ),
    check(
        "orders_total_adds_up",
        {"subtotal": 100, "discount_total": 10, "shipping_cost": 5, "tax": 8, "total": 103},
        {"total": "103.01"},
        {"total": "102.99"},
        {"prices_include_tax": True},
        ledger="S2-41 S2-81 S2-105 S2-116",
    ),
    check(
        "orders_discount_at_most_price",
        {**FREE, "subtotal": 10, "shipping_cost": 5, "discount_total": 15},
        {"discount_total": "15.01", "tax": "0.01"},
        ledger="S2-41",
    ),
    check(
        "orders_refunded_at_most_paid",
        {"amount_paid": 5, "amount_refunded": 5},
        {"amount_refunded": "5.01"},
        {"amount_refunded": "-0.01"},
    ),
    check(
        "orders_email_not_empty",
        {"customer_email": "a@b.example"},
        {"customer_email": ""},
        ledger="S2-38",
    ),
    check(
        "orders_guest_or_user",
        {"user_id": new("users"), "guest_token_version": 0},
        {"user_id": None},
        ledger="S2-38",
    ),
    check(
        "orders_guest_token_version_in_range",
        {"user_id": new("users"), "guest_token_version": 65535},
        {"guest_token_version": 65536},
        {"guest_token_version": -1},
    ),
    check(
        "orders_confirmed_has_time",
        CONFIRMED,
        {"confirmed_at": None},
        {"status": "processing", "confirmed_at": None},
        {"status": "refunded", "confirmed_at": None},
    ),
    check("orders_shipped_has_time", SHIPPED, {"shipped_at": None}),
    check("orders_delivered_has_time", DELIVERED, {"delivered_at": None}),
    check("orders_cancelled_has_time", CANCELLED, {"cancelled_at": None}, {"status": "pending"}),
    check(
        "orders_shipped_after_placed",
        {**SHIPPED, "shipped_at": FIRST},
        {"placed_at": SECOND},
        ledger="S2-44 S2-81",
    ),
    check(
        "orders_shipped_after_confirmed",
        {**SHIPPED, "status": "cancelled", "cancelled_at": THIRD},
        {"confirmed_at": None},
    ),
    check(
        "orders_delivered_after_shipped",
        {**DELIVERED, "delivered_at": SECOND},
        {"shipped_at": THIRD},
        {"status": "refunded", "shipped_at": None},
        ledger="S2-44 S2-81 S2-116",
    ),
    check(
        "orders_cancelled_after_placed",
        CANCELLED,
        {"placed_at": SECOND},
        ledger="S2-44 S2-81",
    ),
    check(
        "orders_never_delivered_and_cancelled",
        DELIVERED,
        {"status": "cancelled", "cancelled_at": THIRD},
        ledger="S2-44",
    ),
    check(
        "order_status_transitions_known",
        {"from_status": "delivered", "to_status": "pending"},
        {"from_status": "lost"},
        {"to_status": "lost"},
        {"to_status": "delivered"},
    ),
    unique(
        "order_status_transitions_unique",
        "from_status",
        "to_status",
        other={"from_status": "shipped", "to_status": "processing"},
    ),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
