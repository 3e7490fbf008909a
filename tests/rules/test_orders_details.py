from collections.abc import Callable

import pytest

from tests.rules.proofs import append_only, check, frozen, one_of, unique
from tests.rules.rows import LATER, new

pytestmark = pytest.mark.django_db
EARLIER = "2026-01-01"
APPROVED = {"status": "approved", "approved_at": EARLIER}
FREE = {"subtotal": 0, "discount_total": 0, "shipping_cost": 0, "tax": 0, "total": 0}

RULES = (
    frozen(
        "order_items_frozen",
        but={"user_id": new("users"), "gift_cards": "[]"},
        ledger="S2-16 S2-48 S2-93 S2-108",
    ),
    check(
        "order_items_quantity_positive",
        {"quantity": 1},
        {"quantity": 0},
        ledger="S2-47 S2-83 S4-12",
    ),
    check(
        "order_items_amounts_in_range",
        {"unit_price": 2, "quantity": 3, "discount_amount": 6, "tax_amount": 0},
        {"discount_amount": "6.01"},
        {"discount_amount": "-0.01"},
        {"tax_amount": "-0.01"},
        # Nothing is taken off less than nothing: a negative price has a negative discount.
        {"unit_price": "-0.01", "discount_amount": "-0.03"},
        ledger="S2-48 S2-83",
    ),
    check("order_items_cost_not_negative", {"unit_cost": 0}, {"unit_cost": "-0.01"}),
    one_of("order_items_kind_known", "kind", "sale gift"),
    check(
        "order_items_names_not_empty",
        {"product_name": "Shirt", "sku": "SHIRT"},
        {"product_name": ""},
        {"sku": ""},
    ),
    check(
        "order_items_gift_cards_list",
        {"gift_cards": "[]"},
        {"gift_cards": "{}"},
        {"gift_cards": "null"},
    ),
    unique(
        "order_items_variant_unique",
        "order_id",
        "variant_id",
        "kind",
        other={"kind": "gift"},
        ledger="S0-27 S1-49 S2-27 S2-49 S2-83 S2-97 S4-13",
    ),
    one_of("order_addresses_type_known", "address_type", "shipping billing", ledger="S1-25 S2-74"),
    unique(
        "order_addresses_type_unique",
        "order_id",
        "address_type",
        other={"address_type": "billing"},
        ledger="S1-17",
    ),
    check(
        "order_addresses_country_iso",
        {"country_code": "DE"},
        {"country_code": "de"},
        {"country_code": ""},
    ),
    check(
        "order_tax_lines_not_negative",
        {"taxable": 0, "amount": 0, "rate": 0},
        {"taxable": "-0.01"},
        {"amount": "-0.01"},
        {"rate": "-0.000001"},
    ),
    check("order_discount_lines_not_negative", {"amount": 0}, {"amount": "-0.01"}),
    append_only("order_status_history_append_only", erasable=("notes",), ledger="S1-19"),
    check("order_status_history_to_known", {"to_status": "refunded"}, {"to_status": "lost"}),
    check(
        "order_status_history_from_known",
        {"from_status": "pending", "to_status": "confirmed"},
        {"from_status": "lost"},
        {"from_status": "confirmed"},
    ),
    unique(
        "order_status_history_one_start",
        "order_id",
        unless=({"from_status": "pending", "to_status": "confirmed"},),
    ),
    one_of(
        "order_changes_what_known",
        "what",
        "lines shipping_address billing_address shipping_method contact",
    ),
    one_of("order_changes_status_known", "status", "proposed applied discarded"),
    check(
        "order_changes_applied_has_time",
        {"status": "applied", "applied_at": LATER},
        {"applied_at": None},
        {"status": "discarded"},
    ),
    check(
        "order_changes_settled_is_applied",
        {"status": "applied", "applied_at": LATER, "settled_at": LATER},
        {"status": "discarded", "applied_at": None},
    ),
    check(
        "order_changes_something_changes",
        {"old_values": {"quantity": 1}, "new_values": {"quantity": 2}},
        {"new_values": {"quantity": 1}},
    ),
    unique(
        "order_changes_one_proposed",
        "order_id",
        unless=({"status": "applied", "applied_at": LATER}, {"status": "discarded"}),
    ),
    check("order_notes_text_not_empty", {"text": "Rings twice"}, {"text": ""}),
    one_of(
        "order_shipments_status_known",
        "status",
        "packed shipped in_transit out_for_delivery failed delivered returned lost",
    ),
    check(
        "order_shipments_shipped_has_time",
        {"status": "shipped", "shipped_at": EARLIER},
        {"shipped_at": None},
        {"status": "packed"},
    ),
    check(
        "order_shipments_delivered_has_time",
        {"status": "delivered", "shipped_at": EARLIER, "delivered_at": EARLIER},
        {"delivered_at": None},
        {"status": "in_transit"},
    ),
    check(
        "order_shipments_delivered_after_shipped",
        {"status": "delivered", "shipped_at": EARLIER, "delivered_at": EARLIER},
        {"shipped_at": LATER},
        ledger="S2-44",
    ),
    check(
        "order_shipments_tracking_not_empty",
        {"carrier": "UPS", "tracking_number": "1Z999"},
        {"carrier": ""},
        {"tracking_number": ""},
    ),
    unique("order_shipments_tracking_unique", "carrier", "tracking_number", ledger="S2-10"),
    check("order_shipment_items_quantity_positive", {"quantity": 1}, {"quantity": 0}),
    unique("order_shipment_items_unique", "shipment_id", "order_item_id"),
    append_only("order_shipment_events_append_only", erasable=("description", "location")),
    one_of(
        "order_shipment_events_status_known",
        "status",
        "packed shipped in_transit out_for_delivery failed delivered returned lost",
    ),
    unique(
        "order_shipment_events_told_once",
        "shipment_id",
        "carrier_event_id",
        given={"carrier_event_id": "scan-1"},
        other={"carrier_event_id": "scan-2"},
        unless=({"carrier_event_id": ""}, {"carrier_event_id": ""}),
    ),
    unique("order_returns_number_unique", "return_number"),
    check("order_returns_number_not_empty", {"return_number": "RET-1"}, {"return_number": ""}),
    unique(
        "order_returns_replacement_unique",
        "replacement_id",
        given={"replacement_id": new("orders")},
    ),
    one_of("order_returns_kind_known", "kind", "return exchange claim withdrawal"),
    one_of(
        "order_returns_status_known",
        "status",
        "requested approved declined cancelled partially_received received closed",
    ),
    one_of(
        "order_returns_resolution_known",
        "resolution",
        "refund gift_card exchange replacement sent_back",
        or_empty=True,
    ),
    check(
        "order_returns_approved_has_time",
        APPROVED,
        {"approved_at": None},
        {"status": "received", "received_at": LATER, "approved_at": None},
    ),
    check(
        "order_returns_received_has_time",
        {**APPROVED, "status": "received", "received_at": LATER},
        {"received_at": None},
        {"status": "partially_received", "received_at": None},
    ),
    check(
        "order_returns_over_has_time",
        {**APPROVED, "status": "closed", "closed_at": LATER, "resolution": "refund"},
        {"closed_at": None},
        {"status": "declined", "closed_at": None},
        {"status": "cancelled", "closed_at": None},
        {"status": "approved"},
    ),
    check(
        "order_returns_closed_has_resolution",
        {**APPROVED, "status": "closed", "closed_at": LATER, "resolution": "refund"},
        {"resolution": ""},
    ),
    check("order_return_items_quantity_positive", {"quantity": 1}, {"quantity": 0}),
    one_of(
        "order_return_items_reason_known",
        "reason",
        "unwanted too_small too_large not_as_described damaged defective"
        " wrong_item missing late withdrawal other",
    ),
    check(
        "order_return_items_received_in_range",
        {"quantity": 5, "quantity_received": 5},
        {"quantity_received": 6},
        {"quantity_received": -1},
    ),
    check(
        "order_return_items_settled_in_range",
        {"quantity": 5, "quantity_settled": 5},
        {"quantity_settled": 6},
        {"quantity_settled": -1},
    ),
    check(
        "order_return_items_restock_after_receipt",
        {"quantity_received": 1, "restock": False},
        {"quantity_received": 0},
    ),
    unique("order_return_items_unique", "order_return_id", "order_item_id"),
    frozen(
        "invoices_frozen",
        but={"user_id": new("users"), "pdf": "invoices/1.pdf"},
        erasable=("snapshot",),
    ),
    unique("invoices_number_unique", "series", "number", other={"number": 2}),
    unique(
        "invoices_one_per_order",
        "order_id",
        unless=({"kind": "credit_note", "corrects_id": new("invoices")},),
    ),
    one_of("invoices_kind_known", "kind", "invoice credit_note"),
    check(
        "invoices_credit_note_corrects",
        {"kind": "credit_note", "corrects_id": new("invoices")},
        {"corrects_id": None},
        {"kind": "invoice"},
    ),
    check("invoices_currency_iso", {"currency": "EUR"}, {"currency": "eur"}, {"currency": ""}),
    check("invoices_number_positive", {"number": 1}, {"number": 0}),
    check("invoices_series_not_empty", {"series": "2026"}, {"series": ""}),
    check(
        "invoices_amounts_not_negative",
        FREE,
        {"subtotal": -1, "shipping_cost": 1},
        {"discount_total": -1, "total": 1},
        {"shipping_cost": -1, "subtotal": 1},
        {"tax": -1, "subtotal": 1},
        {"total": -1, "discount_total": 1},
    ),
    check(
        "invoices_total_adds_up",
        {"subtotal": 100, "discount_total": 10, "shipping_cost": 5, "tax": 8, "total": 103},
        {"total": "103.01"},
        {"prices_include_tax": True},
    ),
    unique("invoice_counters_series_unique", "series"),
    check("invoice_counters_series_not_empty", {"series": "2026"}, {"series": ""}),
    check("invoice_counters_number_not_negative", {"last_number": 0}, {"last_number": -1}),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
