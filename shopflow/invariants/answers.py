"""Queues that are drained, requests that were answered, copies that equal their source."""

from shopflow.invariants.invariant import Invariant

ANSWERS = [
    Invariant(
        "inbox_is_drained",
        "10. Every event of the inbox was processed, every refund sent.",
        is_instant=False,
        query="""
            SELECT id FROM payment_events WHERE processed_at IS NULL
            UNION ALL SELECT id FROM refunds WHERE status = 'pending'
        """,
    ),
    Invariant(
        "idempotency_keys_are_answered",
        "10. Every idempotency key has its answer.",
        is_instant=True,
        query="SELECT id FROM idempotency_keys WHERE status IS NULL",
    ),
    Invariant(
        "one_order_per_accepted_key",
        "10. No two accepted checkout keys name the same order, and each names one there is.",
        is_instant=True,
        query="""
            SELECT min(k.id::text) FROM (
                SELECT id, (body::jsonb)->'order'->>'number' AS number
                FROM idempotency_keys WHERE route = 'checkout' AND status = 201
            ) k LEFT JOIN orders o ON o.order_number = k.number
            GROUP BY k.number HAVING count(*) > 1 OR count(o.id) = 0
        """,
    ),
    Invariant(
        "product_prices_equal_variants",
        "12. A product's price is that of its cheapest variant on sale.",
        is_instant=True,
        query="""
            SELECT p.id FROM products p JOIN (
                SELECT product_id, min(price) AS price FROM product_variants
                WHERE is_active AND deleted_at IS NULL GROUP BY product_id
            ) v ON v.product_id = p.id
            WHERE p.price <> v.price
        """,
    ),
    Invariant(
        "shelves_equal_products",
        "12. The sort keys on the shelves are the products' own.",
        is_instant=True,
        query="""
            SELECT s.id FROM product_categories s JOIN products p ON p.id = s.product_id
            WHERE (s.brand_id, s.is_featured, s.published_at, s.price, s.in_stock, s.sales_count,
                   s.rating_average)
                IS DISTINCT FROM (p.brand_id, p.is_featured, p.published_at, p.price, p.in_stock,
                   p.sales_count, p.rating_average)
        """,
    ),
    Invariant(
        "stock_figures_equal_inventory",
        "12. The stock shown for a variant is what the warehouses can promise.",
        is_instant=False,
        query="""
            SELECT v.id FROM product_variants v
            LEFT JOIN (
                SELECT i.variant_id, sum(i.quantity_available) AS units FROM inventory i
                JOIN warehouses w ON w.id = i.warehouse_id AND w.is_active GROUP BY i.variant_id
            ) i ON i.variant_id = v.id
            WHERE v.stock_quantity <> greatest(coalesce(i.units, 0), 0)
        """,
    ),
]
