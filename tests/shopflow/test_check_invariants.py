import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection

from inventory import commands as inventory
from orders import commands as orders
from payments.commands import refund, settle_cancelled, settle_refund
from shipping.models import ShippingMethod
from shopflow.invariants import INVARIANTS, violations
from shopflow.lib.ids import new_id
from shopflow.lib.models import IdempotencyKey
from tests import factories
from tests.books import triggers_off
from tests.ledger import ledger
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db

GUARDED = ("inventory_transactions", "order_items", "order_status_history")
# One statement of raw SQL per invariant that breaks it; constraints in its way are dropped first,
# triggers switched off.
BREAKS = {
    "stock_reserved_equals_reservations": """
        UPDATE inventory SET quantity_reserved = quantity_reserved + 1
        WHERE id = (SELECT id FROM inventory WHERE quantity_available > 1 LIMIT 1)
    """,
    "stock_not_oversold": """
        ALTER TABLE inventory DROP CONSTRAINT inventory_not_oversold;
        UPDATE inventory SET quantity_reserved = quantity_on_hand + backorder_limit + 1
        WHERE id = (SELECT id FROM inventory LIMIT 1)
    """,
    "stock_on_hand_equals_ledger": """
        UPDATE inventory SET quantity_on_hand = quantity_on_hand + 1
        WHERE id = (SELECT id FROM inventory LIMIT 1)
    """,
    "shipped_units_equal_sales": """
        UPDATE inventory_transactions SET quantity_change = quantity_change - 1 WHERE type = 'sale'
    """,
    "order_total_adds_up": """
        UPDATE order_items SET unit_price = unit_price + 0.01
        WHERE id = (SELECT id FROM order_items LIMIT 1)
    """,
    "order_trace_explains_total": """
        UPDATE orders SET price_trace = '[{"rule": "total", "adds": "1.00"}]'
        WHERE status = 'pending'
    """,
    "paid_orders_are_captured": """
        UPDATE orders SET amount_paid = total - 0.01 WHERE status = 'confirmed'
    """,
    "order_money_equals_payments": """
        UPDATE orders SET amount_refunded = amount_refunded + 0.01 WHERE status = 'confirmed'
    """,
    "cancelled_orders_hold_no_stock": """
        UPDATE inventory_reservations SET status = 'committed' WHERE status = 'released'
    """,
    "open_orders_hold_their_stock": """
        UPDATE inventory_reservations SET status = 'released', expires_at = NULL
        WHERE status = 'held'
    """,
    "cancelled_orders_keep_no_money": """
        UPDATE payments SET status = 'requires_action' WHERE status = 'voided'
    """,
    "refunded_orders_keep_no_money": """
        UPDATE orders SET status = 'refunded' WHERE status = 'confirmed'
    """,
    "refunds_within_captured": """
        UPDATE refunds SET amount = amount + 0.01
    """,
    "history_ends_at_status": """
        DELETE FROM order_status_history WHERE to_status = 'shipped'
    """,
    "history_steps_are_legal": """
        UPDATE order_status_history SET from_status = 'delivered' WHERE to_status = 'shipped'
    """,
    "coupon_uses_equal_count": """
        UPDATE coupons SET usage_count = usage_count + 1
    """,
    "cancelled_orders_use_no_coupon": """
        UPDATE coupon_usage SET released_at = now() WHERE released_at IS NULL
    """,
    "inbox_is_drained": """
        UPDATE payment_events SET processed_at = NULL
        WHERE id = (SELECT id FROM payment_events LIMIT 1)
    """,
    "idempotency_keys_are_answered": """
        UPDATE idempotency_keys SET status = NULL
    """,
    "one_order_per_accepted_key": """
        UPDATE idempotency_keys SET body = '{"order": {"number": "ORD-2000-000000"}}'
    """,
    "product_prices_equal_variants": """
        UPDATE products SET price = price + 0.01 WHERE category_id IS NULL
    """,
    "shelves_equal_products": """
        UPDATE product_categories SET price = price + 0.01 WHERE is_direct
    """,
    "stock_figures_equal_inventory": """
        UPDATE product_variants SET stock_quantity = stock_quantity + 1
        WHERE id = (SELECT id FROM product_variants LIMIT 1)
    """,
}


@pytest.fixture
def _busy_shop(us_shipping: ShippingMethod, till: Till) -> None:
    """An unpaid, a confirmed and partly refunded, a shipped and a cancelled order, all in order."""
    plain = factories.variant_on_sale(stock=20)
    shelved = factories.variant_on_sale(stock=20, category_id=factories.category("Shirts").pk)
    factories.coupon("TENOFF", usage_limit=9)
    pending, confirmed, shipped, cancelled = (
        factories.placed_order((plain, 1), code=code) for code in (None, "TENOFF", None, None)
    )
    payment = till.paid(confirmed)
    row = refund(payment_id=payment.pk, amount=Decimal("10.00"), reason="torn seam")
    settle_refund(refund_id=row.pk)
    till.paid(shipped)
    orders.ship(order_id=shipped.pk, carrier="UPS", tracking_number="1Z999")
    till.start(cancelled)
    orders.cancel(order_id=cancelled.pk, reason="changed my mind")
    settle_cancelled(order_id=cancelled.pk)
    inventory.publish(variant_ids=[plain.pk, shelved.pk])
    IdempotencyKey.objects.create(
        actor="guest",
        route="checkout",
        key="one-key-per-order",
        fingerprint="0" * 64,
        status=201,
        body=f'{{"order": {{"number": "{pending.order_number}"}}}}',
    )


def raw(sql: str) -> None:
    with triggers_off(*GUARDED), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.usefixtures("_busy_shop")
def test_finds_nothing_in_a_shop_that_is_right() -> None:
    output = io.StringIO()

    call_command("check_invariants", stdout=output)

    lines = output.getvalue().splitlines()
    assert lines == [f"     0  {invariant.name}" for invariant in INVARIANTS]


def test_every_invariant_is_broken_once_here() -> None:
    assert set(BREAKS) == {invariant.name for invariant in INVARIANTS}


@ledger("S2-105", "S2-109")
@pytest.mark.usefixtures("_busy_shop")
@pytest.mark.parametrize("name", BREAKS)
def test_names_what_raw_sql_has_broken(name: str) -> None:
    assert violations()[name] == 0

    raw(BREAKS[name])

    assert violations()[name] == 1


@pytest.mark.usefixtures("_busy_shop")
def test_prints_the_rule_and_exits_with_1() -> None:
    raw(BREAKS["coupon_uses_equal_count"])
    output, errors = io.StringIO(), io.StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("check_invariants", stdout=output, stderr=errors)

    assert stopped.value.code == 1
    assert "     1  coupon_uses_equal_count" in output.getvalue().splitlines()
    assert errors.getvalue() == (
        "Broken: 9. A coupon's count is its unreleased uses, within its limit.\n"
    )


@pytest.mark.usefixtures("_busy_shop")
def test_names_an_order_that_two_keys_bought() -> None:
    first = IdempotencyKey.objects.get()
    IdempotencyKey.objects.create(
        actor="guest",
        route="checkout",
        key="another-key",
        fingerprint="0" * 64,
        status=201,
        body=first.body,
    )

    assert violations()["one_order_per_accepted_key"] == 1


@pytest.mark.usefixtures("_busy_shop")
def test_a_kept_refusal_names_no_order() -> None:
    IdempotencyKey.objects.create(
        id=new_id(),
        actor="guest",
        route="checkout",
        key="refused-key",
        fingerprint="0" * 64,
        status=409,
        body='{"code": "out_of_stock"}',
    )

    assert violations()["one_order_per_accepted_key"] == 0


@pytest.mark.usefixtures("_busy_shop")
def test_leaves_out_what_holds_only_after_the_queues_are_drained() -> None:
    raw(BREAKS["inbox_is_drained"])

    counts = violations(instant_only=True)

    assert set(counts.values()) == {0}
    assert set(violations()) - set(counts) == {
        "cancelled_orders_keep_no_money",
        "inbox_is_drained",
        "stock_figures_equal_inventory",
    }
