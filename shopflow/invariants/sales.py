"""Orders against their lines, money, history, stock and coupons."""

from shopflow.invariants.invariant import Invariant

SALES = [
    Invariant(
        "order_total_adds_up",
        "4. An order's total is the sum of its parts, and its subtotal that of its lines.",
        is_instant=True,
        query="""
            SELECT o.id FROM orders o
            LEFT JOIN (
                SELECT order_id, sum(line_total) AS lines, sum(discount_amount) AS discounts
                FROM order_items GROUP BY order_id
            ) i ON i.order_id = o.id
            LEFT JOIN (
                SELECT order_id, sum(amount) AS tax FROM order_tax_lines GROUP BY order_id
            ) t ON t.order_id = o.id
            WHERE o.subtotal <> coalesce(i.lines, 0)
               OR o.discount_total <> coalesce(i.discounts, 0)
               OR o.tax <> coalesce(t.tax, 0)
               OR o.total <> o.subtotal - o.discount_total + o.shipping_cost
                           + CASE WHEN o.prices_include_tax THEN 0 ELSE o.tax END
        """,
    ),
    Invariant(
        "order_trace_explains_total",
        "4. The total recomputed from the stored trace alone is the order's.",
        is_instant=True,
        query="""
            SELECT o.id FROM orders o
            WHERE o.total <> (
                SELECT coalesce(sum((step->>'adds')::numeric), 0)
                FROM jsonb_array_elements(o.price_trace) AS step WHERE step->>'rule' <> 'total'
            )
        """,
    ),
    Invariant(
        "paid_orders_are_captured",
        "5. A paid order kept at least its total unless it was given back, never more.",
        is_instant=True,
        query="""
            SELECT id FROM orders
            WHERE (status IN ('confirmed', 'processing', 'shipped', 'delivered')
                   AND (amount_paid < total OR amount_paid - amount_refunded > total))
               OR (status = 'pending' AND amount_paid <> 0)
        """,
    ),
    Invariant(
        "order_money_equals_payments",
        "5. What an order says was paid and refunded is what its payments say.",
        is_instant=True,
        query="""
            SELECT o.id FROM orders o
            LEFT JOIN (
                SELECT order_id, sum(amount_captured) AS paid, sum(amount_refunded) AS refunded
                FROM payments GROUP BY order_id
            ) p ON p.order_id = o.id
            WHERE o.amount_paid <> coalesce(p.paid, 0)
               OR o.amount_refunded <> coalesce(p.refunded, 0)
        """,
    ),
    Invariant(
        "cancelled_orders_hold_no_stock",
        "6. A cancelled or refunded order that never shipped holds no stock.",
        is_instant=True,
        query="""
            SELECT DISTINCT o.id FROM orders o
            JOIN inventory_reservations r ON r.order_id = o.id
            WHERE o.status IN ('cancelled', 'refunded') AND r.status IN ('held', 'committed')
        """,
    ),
    Invariant(
        "open_orders_hold_their_stock",
        "6. An unpaid order holds, and a paid one has committed, exactly what it sold.",
        is_instant=True,
        query="""
            SELECT i.id FROM order_items i JOIN orders o ON o.id = i.order_id
            WHERE o.status IN ('pending', 'confirmed', 'processing')
              AND i.quantity <> (
                SELECT coalesce(sum(r.quantity), 0) FROM inventory_reservations r
                WHERE r.order_item_id = i.id
                  AND r.status = CASE o.status WHEN 'pending' THEN 'held' ELSE 'committed' END
              )
        """,
    ),
    Invariant(
        "cancelled_orders_keep_no_money",
        "6. A cancelled order keeps no money and has no open payment.",
        is_instant=False,
        query="""
            SELECT o.id FROM orders o WHERE o.status = 'cancelled' AND (
                o.amount_paid <> o.amount_refunded
                OR EXISTS (
                    SELECT FROM payments p WHERE p.order_id = o.id
                    AND p.status IN ('pending', 'requires_action', 'authorized')
                )
            )
        """,
    ),
    Invariant(
        "refunded_orders_keep_no_money",
        "6. A refunded order keeps no money, and none of it is still on its way.",
        is_instant=True,
        query="""
            SELECT o.id FROM orders o WHERE o.status = 'refunded' AND (
                o.amount_paid <> o.amount_refunded
                OR EXISTS (
                    SELECT FROM payments p JOIN refunds r ON r.payment_id = p.id
                    WHERE p.order_id = o.id AND r.status = 'pending'
                )
            )
        """,
    ),
    Invariant(
        "refunds_within_captured",
        "7. A payment's refunds are what it says was refunded, and at most what was captured.",
        is_instant=True,
        query="""
            SELECT p.id FROM payments p
            LEFT JOIN (
                SELECT payment_id, sum(amount) AS refunded FROM refunds
                WHERE status <> 'failed' GROUP BY payment_id
            ) r ON r.payment_id = p.id
            WHERE p.amount_refunded <> coalesce(r.refunded, 0)
               OR p.amount_refunded > p.amount_captured
        """,
    ),
    Invariant(
        "history_ends_at_status",
        "8. Every order has a history, and its last row is the order's status.",
        is_instant=True,
        query="""
            SELECT o.id FROM orders o WHERE o.status IS DISTINCT FROM (
                SELECT h.to_status FROM order_status_history h
                WHERE h.order_id = o.id ORDER BY h.id DESC LIMIT 1
            )
        """,
    ),
    Invariant(
        "history_steps_are_legal",
        "8. Every step of a history follows from the one before and is a legal move.",
        is_instant=True,
        query="""
            SELECT h.id FROM (
                SELECT id, from_status, to_status, coalesce(
                    lag(to_status) OVER (PARTITION BY order_id ORDER BY id), ''
                ) AS before FROM order_status_history
            ) h
            WHERE h.from_status <> h.before OR (h.from_status, h.to_status) NOT IN (
                ('', 'pending'), ('pending', 'confirmed'), ('confirmed', 'processing'),
                ('processing', 'shipped'), ('shipped', 'delivered'), ('pending', 'cancelled'),
                ('confirmed', 'cancelled'), ('processing', 'cancelled'), ('confirmed', 'refunded'),
                ('processing', 'refunded'), ('shipped', 'refunded'), ('delivered', 'refunded'),
                ('cancelled', 'confirmed')
            )
        """,
    ),
    Invariant(
        "coupon_uses_equal_count",
        "9. A coupon's count is its unreleased uses, within its limit.",
        is_instant=True,
        query="""
            SELECT c.id FROM coupons c
            LEFT JOIN (
                SELECT coupon_id, count(*) AS uses FROM coupon_usage
                WHERE released_at IS NULL GROUP BY coupon_id
            ) u ON u.coupon_id = c.id
            WHERE c.usage_count <> coalesce(u.uses, 0) OR c.usage_count > c.usage_limit
        """,
    ),
    Invariant(
        "cancelled_orders_use_no_coupon",
        "9. A cancelled order has given its coupon back.",
        is_instant=True,
        query="""
            SELECT u.id FROM coupon_usage u JOIN orders o ON o.id = u.order_id
            WHERE (o.status = 'cancelled') <> (u.released_at IS NOT NULL)
        """,
    ),
]
