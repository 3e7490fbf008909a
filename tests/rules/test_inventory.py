from collections.abc import Callable

import pytest

from shopflow.lib.ids import new_id
from tests.rules.proofs import append_only, check, one_of, unique
from tests.rules.rows import LATER, new

pytestmark = pytest.mark.django_db
ONE_PLACE = new_id()
EARLIER = "2026-01-01"
FOR_A_LINE = {
    "order_id": new("orders"),
    "order_item_id": new("order_items"),
    "stock_alert_id": None,
}
FOR_AN_ALERT = {
    "order_id": None,
    "order_item_id": None,
    "stock_alert_id": new("stock_alerts"),
}
ENDED = {"status": "released", "expires_at": None}

RULES = (
    unique("warehouses_code_unique", "code"),
    check("warehouses_code_not_empty", {"code": "EAST"}, {"code": ""}),
    check(
        "warehouses_country_is_code",
        {"country_code": ""},
        {"country_code": "us"},
        {"country_code": "U"},
    ),
    # The shop is installed with one.
    check("warehouses_one_default", {"is_default": False}, {"is_default": True}),
    check(
        "warehouses_default_is_active",
        {"is_default": False, "is_active": False},
        {"is_default": True},
        also=("warehouses_one_default",),
    ),
    unique(
        "inventory_place_unique",
        "variant_id",
        "warehouse_id",
        "bucket",
        other={"bucket": 1},
        ledger="S2-50 S2-98",
    ),
    check("inventory_bucket_not_negative", {"bucket": 0}, {"bucket": -1}),
    check(
        "inventory_on_hand_not_negative",
        {"quantity_on_hand": 0, "backorder_limit": 1},
        {"quantity_on_hand": -1},
        ledger="S2-51 S2-85",
    ),
    check(
        "inventory_reserved_not_negative",
        {"quantity_reserved": 0},
        {"quantity_reserved": -1},
        ledger="S2-52 S2-85",
    ),
    check(
        "inventory_backorder_not_negative",
        {"backorder_limit": 0, "quantity_on_hand": 1},
        {"backorder_limit": -1},
    ),
    check(
        "inventory_not_oversold",
        {"quantity_on_hand": 3, "backorder_limit": 2, "quantity_reserved": 5},
        {"quantity_reserved": 6},
        ledger="S0-19 S2-55 S2-85",
    ),
    check(
        "inventory_reorder_not_negative",
        {"reorder_point": 0, "reorder_quantity": 0},
        {"reorder_point": -1},
        {"reorder_quantity": -1},
        ledger="S2-54",
    ),
    check("inventory_reservations_quantity_positive", {"quantity": 1}, {"quantity": 0}),
    one_of(
        "inventory_reservations_status_known", "status", "held committed fulfilled released expired"
    ),
    check(
        "inventory_reservations_held_expires",
        {"status": "held", "expires_at": LATER},
        {"expires_at": None},
        {"status": "committed"},
        ledger="S0-19",
    ),
    check(
        "inventory_reservations_line_or_alert",
        FOR_A_LINE,
        {"order_id": None},
        {"order_item_id": None},
        {"order_id": None, "order_item_id": None},
        {"stock_alert_id": new("stock_alerts")},
    ),
    check(
        "inventory_reservations_alert_only_held",
        {**FOR_AN_ALERT, **ENDED},
        {"status": "committed"},
        {"status": "fulfilled"},
    ),
    unique(
        "inventory_reservations_one_live",
        "order_item_id",
        "inventory_id",
        again={"status": "committed", "expires_at": None},
        unless=(ENDED,),
        ledger="S0-27",
    ),
    unique(
        "inventory_reservations_alert_once",
        "stock_alert_id",
        given=FOR_AN_ALERT,
        unless=(ENDED,),
    ),
    append_only("inventory_transactions_append_only", erasable=("notes",), ledger="S2-16"),
    one_of(
        "inventory_transactions_type_known",
        "type",
        "purchase sale adjustment count_variance return transfer",
        ledger="S2-78",
    ),
    check(
        "inventory_transactions_change_not_zero",
        {"type": "adjustment", "quantity_change": -1, "quantity_after": 0},
        {"quantity_change": 0},
    ),
    check(
        "inventory_transactions_after_not_negative",
        {"type": "adjustment", "quantity_change": -1, "quantity_after": 0},
        {"quantity_after": -1},
    ),
    check(
        "inventory_transactions_before_not_negative",
        {"type": "purchase", "quantity_change": 5, "quantity_after": 5},
        {"quantity_after": 4},
    ),
    check(
        "inventory_transactions_sign_fits_type",
        {"type": "adjustment", "quantity_change": -1, "quantity_after": 0},
        {"type": "purchase"},
        {"type": "return"},
        {"type": "sale", "quantity_change": 1, "quantity_after": 1, "order_id": new("orders")},
    ),
    check(
        "inventory_transactions_sale_has_order",
        {"type": "sale", "quantity_change": -1, "quantity_after": 0, "order_id": new("orders")},
        {"order_id": None},
    ),
    check("purchase_orders_supplier_not_empty", {"supplier_name": "Mill"}, {"supplier_name": ""}),
    check(
        "purchase_orders_currency_is_code",
        {"currency": "EUR"},
        {"currency": "eur"},
        {"currency": ""},
    ),
    unique(
        "purchase_orders_reference_unique",
        "supplier_name",
        "reference",
        given={"reference": "A-1"},
        other={"reference": "A-2"},
        unless=({"reference": ""}, {"reference": ""}),
    ),
    one_of(
        "purchase_orders_status_known",
        "status",
        "draft ordered partially_received received cancelled",
    ),
    check(
        "purchase_orders_ordered_has_time",
        {"status": "ordered", "ordered_at": EARLIER},
        {"ordered_at": None},
        {"status": "partially_received", "ordered_at": None},
        {"status": "received", "ordered_at": None, "received_at": LATER},
        {"status": "draft"},
    ),
    check(
        "purchase_orders_received_has_time",
        {"status": "received", "ordered_at": EARLIER, "received_at": LATER},
        {"received_at": None},
        {"status": "partially_received"},
    ),
    check(
        "purchase_orders_received_after_ordered",
        {"status": "received", "ordered_at": EARLIER, "received_at": EARLIER},
        {"ordered_at": LATER},
    ),
    unique("purchase_order_lines_variant_unique", "purchase_order_id", "variant_id"),
    check(
        "purchase_order_lines_ordered_positive", {"quantity_ordered": 1}, {"quantity_ordered": 0}
    ),
    check(
        "purchase_order_lines_received_at_most_ordered",
        {"quantity_ordered": 5, "quantity_received": 5},
        {"quantity_received": 6},
        {"quantity_received": -1},
    ),
    check("purchase_order_lines_cost_not_negative", {"unit_cost": "0.00"}, {"unit_cost": "-0.01"}),
    one_of("stock_counts_status_known", "status", "open posted cancelled"),
    check(
        "stock_counts_posted_has_time",
        {"status": "posted", "posted_at": LATER},
        {"posted_at": None},
        {"status": "open"},
    ),
    unique("stock_count_lines_inventory_unique", "stock_count_id", "inventory_id"),
    check(
        "stock_count_lines_expected_not_negative",
        {"quantity_expected": 0},
        {"quantity_expected": -1},
    ),
    check(
        "stock_count_lines_counted_not_negative",
        {"quantity_counted": 0, "counted_at": LATER},
        {"quantity_counted": -1},
    ),
    check(
        "stock_count_lines_counted_has_time",
        {"quantity_counted": 3, "counted_at": LATER, "counted_by_id": new("users")},
        {"counted_at": None},
        {"quantity_counted": None},
        {"quantity_counted": None, "counted_at": None},
    ),
    check(
        "stock_transfers_warehouses_differ",
        {},
        {"from_warehouse_id": ONE_PLACE, "to_warehouse_id": ONE_PLACE},
    ),
    one_of("stock_transfers_status_known", "status", "draft sent received cancelled"),
    check(
        "stock_transfers_sent_has_time",
        {"status": "sent", "sent_at": EARLIER},
        {"sent_at": None},
        {"status": "received", "sent_at": None, "received_at": LATER},
        {"status": "draft"},
        {"status": "cancelled"},
    ),
    check(
        "stock_transfers_received_has_time",
        {"status": "received", "sent_at": EARLIER, "received_at": LATER},
        {"received_at": None},
        {"status": "sent"},
    ),
    check(
        "stock_transfers_received_after_sent",
        {"status": "received", "sent_at": EARLIER, "received_at": EARLIER},
        {"sent_at": LATER},
    ),
    unique("stock_transfer_lines_variant_unique", "stock_transfer_id", "variant_id"),
    check("stock_transfer_lines_quantity_positive", {"quantity": 1}, {"quantity": 0}),
    check(
        "stock_transfer_lines_received_at_most_sent",
        {"quantity": 5, "quantity_received": 5},
        {"quantity_received": 6},
        {"quantity_received": -1},
    ),
    unique(
        "stock_alerts_one_open",
        "variant_id",
        "email",
        unless=({"notified_at": LATER}, {"expired_at": LATER}),
    ),
    unique("stock_alerts_token_unique", "token_hash"),
    check("stock_alerts_token_is_hash", {}, {"token_hash": "in clear"}),
    check(
        "stock_alerts_email_folded",
        {"email": "ada@example.com"},
        {"email": "Ada@example.com"},
        {"email": ""},
    ),
    check("stock_alerts_quantity_positive", {"quantity": 1}, {"quantity": 0}),
    check(
        "stock_alerts_expired_after_notified",
        {"notified_at": EARLIER, "expired_at": EARLIER},
        {"notified_at": LATER},
    ),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
