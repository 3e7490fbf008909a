"""A shop in which something of everything has happened, and how raw SQL breaks its rules."""

from decimal import Decimal

from django.db import connection
from django.utils import timezone

from catalog.models import Product, ProductReview
from inventory import commands as inventory
from orders import commands as orders
from orders.models import Invoice, InvoiceCounter, Order
from payments.commands import (
    add_gift_card,
    adjust_card,
    issue_card,
    refund,
    settle_cancelled,
    settle_refund,
)
from promotions.models import Promotion, PromotionUsage
from shopflow.lib.mail import send_due
from shopflow.lib.models import IdempotencyKey, OutboxMessage
from tests import factories
from tests.books import triggers_off
from tests.payments.webhooks import Till

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
    "authorized_orders_have_their_promise": """
        UPDATE orders SET payment_status = 'authorized' WHERE status = 'confirmed'
    """,
    "order_money_equals_payments": """
        UPDATE orders SET amount_refunded = amount_refunded + 0.01 WHERE status = 'confirmed'
    """,
    "returned_units_were_shipped": """
        WITH back AS (
            INSERT INTO order_returns (id, order_id, return_number)
            SELECT gen_random_uuid(), id, 'RET-1' FROM orders WHERE status = 'pending' LIMIT 1
            RETURNING id, order_id
        )
        INSERT INTO order_return_items (id, order_return_id, order_item_id, quantity, reason)
        SELECT gen_random_uuid(), back.id, i.id, 1, 'other'
        FROM back JOIN order_items i USING (order_id) LIMIT 1
    """,
    "received_returns_are_settled": """
        WITH back AS (
            INSERT INTO order_returns
                (id, order_id, return_number, status, resolution, approved_at, received_at)
            SELECT gen_random_uuid(), order_id, 'RET-1', 'received', 'refund', now(), now()
            FROM order_shipments LIMIT 1 RETURNING id, order_id
        )
        INSERT INTO order_return_items
            (id, order_return_id, order_item_id, quantity, quantity_received, reason)
        SELECT gen_random_uuid(), back.id, i.id, 1, 1, 'other'
        FROM back JOIN order_items i USING (order_id) LIMIT 1
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
    "promotion_uses_equal_count": """
        UPDATE promotion_usage SET released_at = now()
    """,
    "cancelled_orders_use_no_discount": """
        UPDATE coupon_usage SET released_at = now() WHERE released_at IS NULL
    """,
    "inbox_is_drained": """
        UPDATE payment_events SET processed_at = NULL
        WHERE id = (SELECT id FROM payment_events LIMIT 1)
    """,
    "outbox_is_drained": """
        UPDATE outbox_messages SET sent_at = NULL WHERE topic = 'order_placed'
    """,
    "idempotency_keys_are_answered": """
        UPDATE idempotency_keys SET status = NULL
    """,
    "one_order_per_accepted_key": """
        UPDATE idempotency_keys SET body = '{"order": {"number": "ORD-2000-000000"}}'
    """,
    "gift_card_balance_equals_ledger": """
        UPDATE gift_cards SET balance = balance + 0.01
    """,
    "gift_card_holds_equal_held": """
        UPDATE gift_cards SET held = held - 0.01
    """,
    "gift_card_holds_are_of_unpaid_orders": """
        UPDATE gift_card_holds
        SET order_id = (SELECT id FROM orders WHERE status = 'confirmed')
    """,
    "gift_cards_sold_are_paid": """
        UPDATE gift_cards SET unit = 1, order_item_id = (
            SELECT i.id FROM order_items i JOIN orders o ON o.id = i.order_id
            WHERE o.status = 'pending'
        )
    """,
    "product_prices_equal_variants": """
        UPDATE products SET price = price + 0.01 WHERE category_id IS NULL
    """,
    "product_stock_equals_variants": """
        UPDATE products SET stock_quantity = stock_quantity + 1 WHERE category_id IS NULL
    """,
    "shelves_equal_products": """
        UPDATE product_categories SET price = price + 0.01 WHERE is_direct
    """,
    "ratings_equal_reviews": """
        UPDATE product_reviews SET rating = 1 WHERE is_approved
    """,
    "default_partitions_are_empty": """
        INSERT INTO payment_events (id, provider, provider_event_id, type, payload, processed_at)
        VALUES ('00000000-0000-7000-8000-000000000000', 'sandbox', 'evt', 'ping', '{}', now())
    """,
    "stock_figures_equal_inventory": """
        UPDATE product_variants SET stock_quantity = stock_quantity + 1
        WHERE id = (SELECT id FROM product_variants LIMIT 1)
    """,
    "providers_ledger_equals_ours": """
        UPDATE refunds SET status = 'pending', succeeded_at = NULL
    """,
    "invoice_numbers_have_no_gap": """
        DELETE FROM invoices WHERE number = 1
    """,
}


def raw(sql: str) -> None:
    """Run SQL as the owner, past every trigger."""
    with triggers_off(*GUARDED), connection.cursor() as cursor:
        cursor.execute(sql)


def trade(till: Till) -> None:
    """Sell: an unpaid, a confirmed and partly refunded, a shipped and a cancelled order."""
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
    _give_a_gift_card(pending)
    _answer_a_checkout(pending)
    _invoice(confirmed, shipped)
    _promote(confirmed)
    _review(plain.product)
    OutboxMessage.objects.create(topic="order_placed", reference="1", sent_at=timezone.now())
    send_due()


def _give_a_gift_card(order: Order) -> None:
    """A card that had $50, has $30, and holds some of it for an unpaid order."""
    card, code = issue_card(amount=Decimal(50), reason="for a torn seam")
    adjust_card(card_id=card.pk, change=Decimal(-20), reason="it was a small one")
    add_gift_card(order_id=order.pk, code=code)


# --- What no command of the shop makes yet: plain rows as its tables want them -------------------


def _answer_a_checkout(order: Order) -> None:
    IdempotencyKey.objects.create(
        actor="guest",
        route="checkout",
        key="one-key-per-order",
        fingerprint="0" * 64,
        status=201,
        body=f'{{"order": {{"number": "{order.order_number}"}}}}',
    )


def _invoice(*sold: Order) -> None:
    InvoiceCounter.objects.create(series="2026", last_number=len(sold))
    for number, order in enumerate(sold, start=1):
        Invoice.objects.create(
            order=order,
            series="2026",
            number=number,
            currency=order.currency,
            subtotal=order.subtotal,
            discount_total=order.discount_total,
            shipping_cost=order.shipping_cost,
            tax=order.tax,
            total=order.total,
        )


def _promote(order: Order) -> None:
    promotion = Promotion.objects.create(
        name="Summer", discount_value=10, usage_limit=5, usage_count=1
    )
    PromotionUsage.objects.create(
        promotion=promotion, order=order, customer_email="ada@example.com", discount_amount=0
    )


def _review(product: Product) -> None:
    for rating, is_approved in ((5, True), (4, True), (1, False)):
        ProductReview.objects.create(
            product=product,
            user=factories.UserFactory.create(),
            rating=rating,
            is_approved=is_approved,
        )
    Product.objects.filter(pk=product.pk).update(rating_count=2, rating_average="4.50")
