"""Stock against its reservations and its ledger."""

from shopflow.invariants.invariant import Invariant

STOCK = [
    Invariant(
        "stock_reserved_equals_reservations",
        "1. Reserved units are exactly the held and committed reservations.",
        is_instant=True,
        query="""
            SELECT i.id FROM inventory i
            LEFT JOIN (
                SELECT inventory_id, sum(quantity) AS units FROM inventory_reservations
                WHERE status IN ('held', 'committed') GROUP BY inventory_id
            ) r ON r.inventory_id = i.id
            WHERE i.quantity_reserved <> coalesce(r.units, 0)
        """,
    ),
    Invariant(
        "stock_not_oversold",
        "1. Never more units are reserved than are on hand (backorders apart).",
        is_instant=True,
        query="""
            SELECT id FROM inventory
            WHERE quantity_reserved > quantity_on_hand + backorder_limit
        """,
    ),
    Invariant(
        "stock_on_hand_equals_ledger",
        "2. Units on hand are the sum of their ledger.",
        is_instant=True,
        query="""
            SELECT i.id FROM inventory i
            LEFT JOIN (
                SELECT inventory_id, sum(quantity_change) AS units FROM inventory_transactions
                GROUP BY inventory_id
            ) t ON t.inventory_id = i.id
            WHERE i.quantity_on_hand <> coalesce(t.units, 0)
        """,
    ),
    Invariant(
        "shipped_units_equal_sales",
        "3. Units shipped for an order are its sale rows in the ledger.",
        is_instant=True,
        query="""
            SELECT coalesce(s.order_id, t.order_id) FROM (
                SELECT order_id, sum(quantity) AS units FROM inventory_reservations
                WHERE status = 'fulfilled' GROUP BY order_id
            ) s FULL JOIN (
                SELECT order_id, -sum(quantity_change) AS units FROM inventory_transactions
                WHERE type = 'sale' GROUP BY order_id
            ) t ON t.order_id = s.order_id
            WHERE coalesce(s.units, 0) <> coalesce(t.units, 0)
        """,
    ),
]
