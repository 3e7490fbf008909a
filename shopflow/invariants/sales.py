"""Orders against their lines, their history, the stock they hold and the discounts they used."""

from shopflow.invariants.invariant import Invariant

SALES = (
    Invariant(
        4,
        "order_total_adds_up",
        "An order's total is the sum of its parts, and these are those of its lines; what isn't off"
        " a line is off shipping.",
        is_instant=True,
        query="""
            SELECT o.order_number FROM orders o
            LEFT JOIN (
                SELECT order_id, sum(line_total) AS lines, sum(discount_amount) AS discounts
                FROM order_items GROUP BY order_id
            ) i ON i.order_id = o.id
            LEFT JOIN (
                SELECT order_id, sum(amount) AS tax FROM order_tax_lines GROUP BY order_id
            ) t ON t.order_id = o.id
            LEFT JOIN (
                SELECT order_id, sum(amount) AS discounts FROM order_discount_lines
                GROUP BY order_id
            ) d ON d.order_id = o.id
            WHERE o.subtotal <> coalesce(i.lines, 0)
               OR o.discount_total <> coalesce(d.discounts, 0)
               OR o.discount_total - coalesce(i.discounts, 0) NOT BETWEEN 0 AND o.shipping_cost
               OR o.tax <> coalesce(t.tax, 0)
               OR o.total <> o.subtotal - o.discount_total + o.shipping_cost
                           + CASE WHEN o.prices_include_tax THEN 0 ELSE o.tax END
        """,
    ),
    Invariant(
        4,
        "order_trace_explains_total",
        "The total recomputed from the stored trace alone is the order's.",
        is_instant=True,
        query="""
            SELECT o.order_number FROM orders o
            WHERE o.total <> (
                SELECT coalesce(sum((step->>'adds')::numeric), 0)
                FROM jsonb_array_elements(o.price_trace) AS step WHERE step->>'rule' <> 'total'
            )
        """,
    ),
    Invariant(
        6,
        "cancelled_orders_hold_no_stock",
        "A cancelled or refunded order that never shipped holds no stock.",
        is_instant=True,
        query="""
            SELECT DISTINCT o.order_number FROM orders o
            JOIN inventory_reservations r ON r.order_id = o.id
            WHERE o.status IN ('cancelled', 'refunded') AND r.status IN ('held', 'committed')
        """,
    ),
    Invariant(
        6,
        "open_orders_hold_their_stock",
        "An unpaid order holds exactly what it sold; what a paid one sold is committed, has shipped"
        " or was taken out of it. Gift cards have no stock.",
        is_instant=True,
        query="""
            SELECT o.order_number || ', ' || i.sku
            FROM order_items i JOIN orders o ON o.id = i.order_id
            WHERE o.status IN ('pending', 'confirmed', 'processing') AND i.gift_cards IS NULL
              AND i.quantity <> (
                SELECT coalesce(sum(r.quantity), 0) FROM inventory_reservations r
                WHERE r.order_item_id = i.id
                  AND CASE o.status WHEN 'pending' THEN r.status = 'held'
                      ELSE r.status IN ('committed', 'fulfilled', 'released') END
              )
        """,
    ),
    Invariant(
        8,
        "history_ends_at_status",
        "Every order has a history, and its last row is the order's status.",
        is_instant=True,
        query="""
            SELECT o.order_number FROM orders o
            LEFT JOIN (
                SELECT DISTINCT ON (order_id) order_id, to_status FROM order_status_history
                ORDER BY order_id, id DESC
            ) h ON h.order_id = o.id
            WHERE o.status IS DISTINCT FROM h.to_status
        """,
    ),
    Invariant(
        8,
        "history_steps_are_legal",
        "Every step of a history follows from the one before and is a legal move.",
        is_instant=True,
        query="""
            SELECT DISTINCT o.order_number FROM (
                SELECT order_id, from_status, to_status, coalesce(
                    lag(to_status) OVER (PARTITION BY order_id ORDER BY id), ''
                ) AS before FROM order_status_history
            ) h JOIN orders o ON o.id = h.order_id
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
        9,
        "coupon_uses_equal_count",
        "The count of a coupon with a limit is its unreleased uses, and within it.",
        is_instant=True,
        query="""
            SELECT c.code FROM coupons c
            LEFT JOIN (
                SELECT coupon_id, count(*) AS uses FROM coupon_usage
                WHERE released_at IS NULL GROUP BY coupon_id
            ) u ON u.coupon_id = c.id
            WHERE c.usage_count > c.usage_limit OR c.usage_count <> CASE
                WHEN coalesce(c.usage_limit, c.usage_limit_per_user) IS NULL THEN 0
                ELSE coalesce(u.uses, 0) END
        """,
    ),
    Invariant(
        9,
        "promotion_uses_equal_count",
        "The count of a promotion with a limit is its unreleased uses, and within it.",
        is_instant=True,
        query="""
            SELECT p.name FROM promotions p
            LEFT JOIN (
                SELECT promotion_id, count(*) AS uses FROM promotion_usage
                WHERE released_at IS NULL GROUP BY promotion_id
            ) u ON u.promotion_id = p.id
            WHERE p.usage_count > p.usage_limit OR p.usage_count <> CASE
                WHEN coalesce(p.usage_limit, p.usage_limit_per_user) IS NULL THEN 0
                ELSE coalesce(u.uses, 0) END
        """,
    ),
    Invariant(
        9,
        "cancelled_orders_use_no_discount",
        "A cancelled order has given its coupon and its promotions back, and no other order has.",
        is_instant=True,
        query="""
            SELECT DISTINCT o.order_number FROM (
                SELECT order_id, released_at FROM coupon_usage
                UNION ALL SELECT order_id, released_at FROM promotion_usage
            ) u JOIN orders o ON o.id = u.order_id
            WHERE (o.status = 'cancelled') <> (u.released_at IS NOT NULL)
        """,
    ),
    Invariant(
        3,
        "returned_units_were_shipped",
        "Of no order line more units come back than were shipped.",
        is_instant=True,
        query="""
            SELECT o.order_number || ', ' || i.sku FROM (
                SELECT l.order_item_id, sum(
                    CASE WHEN r.status = 'closed' AND r.kind <> 'claim'
                         THEN l.quantity_received ELSE l.quantity END
                ) AS units
                FROM order_return_items l JOIN order_returns r ON r.id = l.order_return_id
                WHERE r.status NOT IN ('declined', 'cancelled') GROUP BY l.order_item_id
            ) back
            JOIN order_items i ON i.id = back.order_item_id
            JOIN orders o ON o.id = i.order_id
            LEFT JOIN (
                SELECT p.order_item_id, sum(p.quantity) AS units FROM order_shipment_items p
                JOIN order_shipments s ON s.id = p.shipment_id
                WHERE s.shipped_at IS NOT NULL GROUP BY p.order_item_id
            ) sent ON sent.order_item_id = back.order_item_id
            WHERE back.units > coalesce(sent.units, 0)
        """,
    ),
    Invariant(
        6,
        "received_returns_are_settled",
        "What came back to be refunded is on its way back, or replaced.",
        is_instant=False,
        query="""
            SELECT r.return_number FROM order_returns r
            JOIN order_return_items l ON l.order_return_id = r.id
            WHERE r.resolution IN ('refund', 'gift_card') AND r.updated_at <= %(settled)s
              AND l.quantity_settled < CASE
                    WHEN r.kind = 'claim' AND r.status = 'closed' THEN l.quantity
                    ELSE l.quantity_received END
        """,
    ),
)
