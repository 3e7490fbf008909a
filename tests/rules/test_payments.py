from collections.abc import Callable

import pytest

from tests.rules.proofs import append_only, check, one_of, unique
from tests.rules.rows import LATER, new

pytestmark = pytest.mark.django_db
EARLIER = "2026-01-01"
CAPTURED = {
    "status": "captured",
    "amount": 10,
    "amount_captured": 10,
    "amount_refunded": 0,
    "captured_at": EARLIER,
}
CARD = {"card_exp_month": 12, "card_exp_year": 2100}
SAVED_CARD = {"exp_month": 12, "exp_year": 2100}

RULES = (
    check("payments_amount_positive", {"amount": "0.01"}, {"amount": 0}, ledger="S2-57 S2-84"),
    check("payments_currency_iso", {"currency": "EUR"}, {"currency": "eur"}, {"currency": ""}),
    one_of(
        "payments_status_known",
        "status",
        "pending requires_action authorized captured partially_refunded"
        " refunded failed voided disputed",
        ledger="S2-58 S2-76",
    ),
    one_of(
        "payments_method_type_known",
        "method_type",
        "card wallet bank_transfer pay_later cash other",
        or_empty=True,
    ),
    check(
        "payments_captured_at_most_amount",
        CAPTURED,
        {"amount_captured": "10.01"},
        ledger="S2-57",
    ),
    check(
        "payments_capture_asked_within_amount",
        {"amount": 10, "capture_asked": 10},
        {"capture_asked": "10.01"},
        {"capture_asked": 0},
        {"capture_asked": "-1"},
    ),
    check(
        "payments_captured_fits_status",
        {**CAPTURED, "status": "disputed"},
        {"amount_captured": 0},
        {"status": "authorized"},
        {"status": "failed"},
    ),
    check("payments_captured_has_time", CAPTURED, {"captured_at": None}),
    check(
        "payments_refunded_at_most_captured",
        {**CAPTURED, "status": "disputed", "amount_refunded": 10},
        {"amount_refunded": "10.01"},
        {"amount_refunded": "-0.01"},
    ),
    check(
        "payments_refunded_fits_status",
        CAPTURED,
        {"amount_refunded": 1},
        {"status": "partially_refunded"},
        {"status": "partially_refunded", "amount_refunded": 10},
        {"status": "refunded"},
        {"status": "refunded", "amount_refunded": "9.99"},
    ),
    check(
        "payments_expiry_in_range",
        CARD,
        {"card_exp_month": 13},
        {"card_exp_month": 0},
        {"card_exp_year": 2101},
        {"card_exp_year": 1999},
        {"card_exp_month": None},
        {"card_exp_year": None},
        ledger="S2-116",
    ),
    unique("payments_idempotency_key_unique", "idempotency_key", ledger="S2-60"),
    unique(
        "payments_provider_id_unique",
        "provider",
        "provider_payment_id",
        given={"provider_payment_id": "pay_1"},
        other={"provider_payment_id": "pay_2"},
        unless=({"provider_payment_id": ""}, {"provider_payment_id": ""}),
        ledger="S2-59 S2-84 S2-99",
    ),
    unique(
        "payments_one_live_per_order",
        "order_id",
        again={"status": "authorized"},
        unless=({"status": "failed"}, {"status": "voided"}, CAPTURED),
        ledger="S2-60",
    ),
    check("refunds_amount_positive", {"amount": "0.01"}, {"amount": 0}),
    check(
        "refunds_shipping_at_most_amount",
        {"amount": 10, "shipping_amount": 10},
        {"shipping_amount": "10.01"},
        {"shipping_amount": "-0.01"},
    ),
    check("refunds_attempts_not_negative", {"attempts": 0}, {"attempts": -1}),
    check("refunds_currency_iso", {"currency": "EUR"}, {"currency": "eur"}, {"currency": ""}),
    check(
        "refunds_disputed_is_gone",
        {"dispute_id": new("disputes"), "status": "succeeded", "succeeded_at": LATER},
        {"status": "pending", "succeeded_at": None},
        {"status": "failed", "succeeded_at": None},
    ),
    unique(
        "refunds_dispute_once",
        "dispute_id",
        given={"dispute_id": new("disputes"), "status": "succeeded", "succeeded_at": LATER},
        other={"dispute_id": new("disputes")},
    ),
    one_of("refunds_status_known", "status", "pending succeeded failed"),
    check(
        "refunds_succeeded_has_time",
        {"status": "succeeded", "succeeded_at": LATER},
        {"succeeded_at": None},
        {"status": "failed"},
    ),
    unique("refunds_idempotency_key_unique", "idempotency_key"),
    unique(
        "refunds_provider_id_unique",
        "payment_id",
        "provider_refund_id",
        given={"provider_refund_id": "ref_1"},
        other={"provider_refund_id": "ref_2"},
        unless=({"provider_refund_id": ""}, {"provider_refund_id": ""}),
    ),
    check("refund_items_quantity_positive", {"quantity": 1}, {"quantity": 0}),
    check(
        "refund_items_restocked_within_quantity",
        {"quantity": 2, "restocked": 2},
        {"restocked": 3},
        {"restocked": -1},
    ),
    check("refund_items_amount_not_negative", {"amount": 0}, {"amount": "-0.01"}),
    unique("refund_items_unique", "refund_id", "order_item_id"),
    check(
        "user_payment_methods_detached_is_deleted",
        {"is_active": False, "deleted_at": EARLIER, "detached_at": LATER},
        {"deleted_at": None},
    ),
    unique("user_payment_methods_provider_id_unique", "provider_payment_method_id", ledger="S2-6"),
    unique(
        "user_payment_methods_one_default",
        "user_id",
        given={"is_default": True},
        unless=({"is_default": False},),
        ledger="S2-6",
    ),
    check(
        "user_payment_methods_default_usable",
        {"is_default": True, "is_active": True, "deleted_at": None},
        {"is_active": False},
        {"deleted_at": LATER},
    ),
    check(
        "user_payment_methods_expiry_in_range",
        SAVED_CARD,
        {"exp_month": 13},
        {"exp_month": 0},
        {"exp_year": 2101},
        {"exp_year": 1999},
        {"exp_month": None},
        {"exp_year": None},
        ledger="S2-116",
    ),
    check(
        "user_payment_methods_last_four_digits",
        {"card_last_four": "4242"},
        {"card_last_four": "424"},
        {"card_last_four": "abcd"},
    ),
    # Never a card number, anywhere.
    check(
        "user_payment_methods_token_only",
        {"provider_payment_method_id": "pm_4242424242424242"},
        {"provider_payment_method_id": "4242424242424242"},
        {"provider_payment_method_id": "4242 4242 4242 4242"},
        {"provider_payment_method_id": ""},
        ledger="S2-6",
    ),
    check("disputes_amount_positive", {"amount": "0.01"}, {"amount": 0}),
    check("disputes_currency_iso", {"currency": "EUR"}, {"currency": "eur"}, {"currency": ""}),
    one_of("disputes_status_known", "status", "needs_response under_review won lost accepted"),
    check(
        "disputes_over_has_time",
        {"status": "won", "closed_at": LATER},
        {"closed_at": None},
        {"status": "lost", "closed_at": None},
        {"status": "accepted", "closed_at": None},
        {"status": "under_review"},
    ),
    check(
        "disputes_provider_id_not_empty",
        {"provider_dispute_id": "dp_1"},
        {"provider_dispute_id": ""},
    ),
    unique("disputes_provider_id_unique", "provider", "provider_dispute_id"),
    unique("gift_cards_code_unique", "code_hash"),
    check("gift_cards_code_hashed", {}, {"code_hash": "GIFT-QX7K"}, {"code_hash": "F" * 64}),
    check("gift_cards_currency_iso", {"currency": "EUR"}, {"currency": "eur"}, {"currency": ""}),
    check("gift_cards_initial_amount_positive", {"initial_amount": "0.01"}, {"initial_amount": 0}),
    check(
        "gift_cards_balance_not_negative",
        {"balance": 0},
        {"balance": "-0.01"},
        also=("gift_cards_held_within_balance",),
    ),
    check(
        "gift_cards_held_within_balance",
        {"balance": 5, "held": 5},
        {"held": "5.01"},
        {"held": "-0.01"},
        {"balance": "4.99"},
    ),
    check(
        "gift_cards_unit_of_a_line",
        {"order_item_id": new("order_items"), "unit": 1},
        {"unit": 0},
        {"order_item_id": None},
    ),
    unique(
        "gift_cards_unit_unique",
        "order_item_id",
        "unit",
        given={"order_item_id": new("order_items"), "unit": 1},
        other={"unit": 2},
    ),
    one_of("gift_card_holds_status_known", "status", "held spent released removed"),
    check("gift_card_holds_amount_positive", {"amount": "0.01"}, {"amount": 0}),
    unique(
        "gift_card_holds_one_per_order",
        "order_id",
        "gift_card_id",
        unless=({"status": "released"}, {"status": "spent"}),
    ),
    unique(
        "gift_card_transactions_redeemed_once",
        "order_id",
        "gift_card_id",
        given={
            "type": "redeem",
            "amount_change": -1,
            "balance_after": 0,
            "order_id": new("orders"),
        },
        unless=({"type": "refund", "amount_change": 1},),
    ),
    check(
        "gift_cards_expires_after_made",
        {"created_at": EARLIER, "expires_at": "2026-01-01 00:00:01"},
        {"expires_at": EARLIER},
    ),
    append_only("gift_card_transactions_append_only", erasable=("reason",)),
    one_of("gift_card_transactions_type_known", "type", "issue redeem refund adjustment expiry"),
    check(
        "gift_card_transactions_sign_fits_type",
        {"type": "adjustment", "amount_change": "-0.01", "balance_after": 0},
        {"amount_change": 0},
        {"type": "issue"},
        {"type": "refund"},
        {"type": "redeem", "amount_change": 1, "order_id": new("orders")},
        {"type": "expiry", "amount_change": 1},
    ),
    check(
        "gift_card_transactions_after_not_negative",
        {"type": "expiry", "amount_change": -1, "balance_after": 0},
        {"balance_after": "-0.01"},
    ),
    check(
        "gift_card_transactions_redeem_names_order",
        {"type": "redeem", "amount_change": -1, "order_id": new("orders")},
        {"order_id": None},
    ),
    unique(
        "gift_card_transactions_issued_once",
        "gift_card_id",
        unless=({"type": "adjustment"},),
    ),
    check("payouts_currency_iso", {"currency": "EUR"}, {"currency": "eur"}, {"currency": ""}),
    one_of("payouts_status_known", "status", "pending paid failed"),
    check("payouts_paid_has_time", {"status": "paid", "paid_at": LATER}, {"paid_at": None}),
    check(
        "payouts_provider_id_not_empty", {"provider_payout_id": "po_1"}, {"provider_payout_id": ""}
    ),
    unique("payouts_provider_id_unique", "provider", "provider_payout_id"),
    one_of("payout_lines_type_known", "type", "charge refund dispute fee adjustment"),
    check(
        "payout_lines_names_what_it_is",
        {"type": "charge", "payment_id": new("payments")},
        {"type": "fee"},
        {"type": "fee", "payment_id": None, "refund_id": new("refunds")},
        {"type": "fee", "payment_id": None, "dispute_id": new("disputes")},
    ),
    append_only("reconciliations_append_only"),
    check(
        "reconciliations_finished_after_started",
        {"started_at": EARLIER, "finished_at": EARLIER},
        {"finished_at": "2025-12-31"},
    ),
    check("reconciliations_compared_not_negative", {"compared": 0}, {"compared": -1}),
    unique("payout_lines_provider_id_unique", "payout_id", "provider_line_id"),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
