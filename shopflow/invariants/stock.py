"""Stock against its reservations, its ledger and the parcels."""

from shopflow.invariants.invariant import Invariant

STOCK = (
    Invariant(
        1,
        "stock_reserved_equals_reservations",
        "Reserved units are exactly the held and committed reservations.",
        is_instant=True,
        query="""
            SELECT v.sku || ' in ' || w.code FROM inventory i
            JOIN product_variants v ON v.id = i.variant_id
            JOIN warehouses w ON w.id = i.warehouse_id
            LEFT JOIN (
                SELECT inventory_id, sum(quantity) AS units FROM inventory_reservations
                WHERE status IN ('held', 'committed') GROUP BY inventory_id
            ) r ON r.inventory_id = i.id
            WHERE i.quantity_reserved <> coalesce(r.units, 0)
        """,
    ),
    Invariant(
        1,
        "stock_not_oversold",
        "Never more units are reserved than are on hand, but for backorders within their limit.",
        is_instant=True,
        query="""
            SELECT v.sku || ' in ' || w.code FROM inventory i
            JOIN product_variants v ON v.id = i.variant_id
            JOIN warehouses w ON w.id = i.warehouse_id
            WHERE i.quantity_reserved > i.quantity_on_hand + i.backorder_limit
        """,
    ),
    Invariant(
        2,
        "stock_on_hand_equals_ledger",
        "Units on hand are the sum of their ledger.",
        is_instant=True,
        query="""
            SELECT v.sku || ' in ' || w.code FROM inventory i
            JOIN product_variants v ON v.id = i.variant_id
            JOIN warehouses w ON w.id = i.warehouse_id
            LEFT JOIN (
                SELECT inventory_id, sum(quantity_change) AS units FROM inventory_transactions
                GROUP BY inventory_id
            ) t ON t.inventory_id = i.id
            WHERE i.quantity_on_hand <> coalesce(t.units, 0)
        """,
    ),
    Invariant(
        3,
        "shipped_units_equal_sales",
        "Units shipped for an order are its sale rows in the ledger.",
        is_instant=True,
        query="""
            SELECT o.order_number FROM (
                SELECT order_id, sum(quantity) AS units FROM inventory_reservations
                WHERE status = 'fulfilled' GROUP BY order_id
            ) f FULL JOIN (
                SELECT order_id, -sum(quantity_change) AS units FROM inventory_transactions
                WHERE type = 'sale' GROUP BY order_id
            ) t USING (order_id) FULL JOIN (
                SELECT s.order_id, sum(i.quantity) AS units FROM order_shipments s
                JOIN order_shipment_items i ON i.shipment_id = s.id
                WHERE s.shipped_at IS NOT NULL GROUP BY s.order_id
            ) p USING (order_id) JOIN orders o ON o.id = order_id
            WHERE coalesce(f.units, 0) <> coalesce(t.units, 0)
               OR coalesce(p.units, 0) <> coalesce(t.units, 0)
        """,
    ),
)
