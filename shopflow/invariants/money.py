"""Money: orders against payments, refunds and gift cards; cards and invoices against themselves."""

from shopflow.invariants.invariant import Invariant

PROVIDERS_LEDGER = Invariant(
    13,
    "providers_ledger_equals_ours",
    "What the payment providers took and gave back is what we wrote down, payment by payment.",
    is_instant=False,
)
MONEY = (
    Invariant(
        5,
        "paid_orders_are_captured",
        "A paid order kept at least its total unless it was given back, never more."
        " Authorized money may be taken later, or in part.",
        is_instant=True,
        query="""
            SELECT order_number FROM orders
            WHERE (status IN ('confirmed', 'processing', 'shipped', 'delivered')
                   AND (amount_paid - amount_refunded > total
                        OR (amount_paid < total AND payment_status <> 'authorized'
                            AND NOT EXISTS (
                                SELECT FROM payments p WHERE p.order_id = orders.id
                                AND p.capture_asked < p.amount
                                AND p.amount_captured = p.capture_asked
                            ))))
               OR (status = 'pending' AND amount_paid <> amount_refunded)
        """,
    ),
    Invariant(
        5,
        "authorized_orders_have_their_promise",
        "An authorized order that waits for its goods has an attempt with authorized money.",
        is_instant=True,
        query="""
            SELECT order_number FROM orders
            WHERE status <> 'cancelled' AND payment_status = 'authorized' AND NOT EXISTS (
                SELECT FROM payments p
                WHERE p.order_id = orders.id AND p.status = 'authorized'
            )
        """,
    ),
    Invariant(
        5,
        "order_money_equals_payments",
        "What an order says was paid and refunded is what its payments and gift cards say.",
        is_instant=True,
        query="""
            SELECT o.order_number FROM orders o
            LEFT JOIN (
                SELECT order_id, sum(amount_captured) AS paid, sum(amount_refunded) AS refunded
                FROM payments GROUP BY order_id
            ) p ON p.order_id = o.id
            LEFT JOIN (
                SELECT order_id,
                       -sum(amount_change) FILTER (WHERE type = 'redeem') AS paid,
                       sum(amount_change) FILTER (WHERE type = 'refund') AS refunded
                FROM gift_card_transactions GROUP BY order_id
            ) g ON g.order_id = o.id
            WHERE o.amount_paid <> coalesce(p.paid, 0) + coalesce(g.paid, 0)
               OR o.amount_refunded <> coalesce(p.refunded, 0) + coalesce(g.refunded, 0)
        """,
    ),
    Invariant(
        6,
        "cancelled_orders_keep_no_money",
        "A cancelled order keeps no money but what a bank still decides over, and no open payment.",
        is_instant=False,
        query="""
            SELECT o.order_number FROM orders o
            WHERE o.status = 'cancelled' AND o.cancelled_at <= %(settled)s AND (
                (o.amount_paid <> o.amount_refunded AND o.payment_status <> 'disputed')
                OR EXISTS (
                    SELECT FROM payments p WHERE p.order_id = o.id
                    AND p.status IN ('pending', 'requires_action', 'authorized')
                )
            )
        """,
    ),
    Invariant(
        6,
        "refunded_orders_keep_no_money",
        "A refunded order keeps no money, and none of it is still on its way.",
        is_instant=True,
        query="""
            SELECT o.order_number FROM orders o WHERE o.status = 'refunded' AND (
                o.amount_paid <> o.amount_refunded
                OR EXISTS (
                    SELECT FROM refunds r WHERE r.order_id = o.id AND r.status = 'pending'
                )
            )
        """,
    ),
    Invariant(
        7,
        "refunds_within_captured",
        "A payment's refunds are what it says was refunded, and at most what was captured.",
        is_instant=True,
        query="""
            SELECT o.order_number FROM payments p JOIN orders o ON o.id = p.order_id
            LEFT JOIN (
                SELECT payment_id, sum(amount) AS refunded FROM refunds
                WHERE status <> 'failed' GROUP BY payment_id
            ) r ON r.payment_id = p.id
            WHERE p.amount_refunded <> coalesce(r.refunded, 0)
               OR p.amount_refunded > p.amount_captured
        """,
    ),
    Invariant(
        11,
        "gift_card_balance_equals_ledger",
        "What is left on a gift card is the sum of its ledger, and never below zero.",
        is_instant=True,
        query="""
            SELECT 'card ending in ' || g.code_last_four FROM gift_cards g
            LEFT JOIN (
                SELECT gift_card_id, sum(amount_change) AS balance FROM gift_card_transactions
                GROUP BY gift_card_id
            ) t ON t.gift_card_id = g.id
            WHERE g.balance <> coalesce(t.balance, 0) OR g.balance < 0
        """,
    ),
    Invariant(
        11,
        "gift_card_holds_equal_held",
        "What a gift card keeps for unpaid orders is the sum of what those orders hold.",
        is_instant=True,
        query="""
            SELECT 'card ending in ' || g.code_last_four FROM gift_cards g
            LEFT JOIN (
                SELECT gift_card_id, sum(amount) AS held FROM gift_card_holds
                WHERE status = 'held' GROUP BY gift_card_id
            ) h ON h.gift_card_id = g.id
            WHERE g.held <> coalesce(h.held, 0)
        """,
    ),
    Invariant(
        11,
        "gift_card_holds_are_of_unpaid_orders",
        "Only an order that waits for its payment holds money of a gift card, at most its total.",
        is_instant=False,
        query="""
            SELECT o.order_number FROM orders o
            JOIN gift_card_holds h ON h.order_id = o.id AND h.status = 'held'
            WHERE o.status <> 'pending' AND coalesce(o.cancelled_at, o.updated_at) <= %(settled)s
            UNION ALL
            SELECT o.order_number FROM orders o
            JOIN gift_card_holds h ON h.order_id = o.id AND h.status = 'held'
            GROUP BY o.id HAVING sum(h.amount) > o.total
        """,
    ),
    Invariant(
        11,
        "gift_cards_sold_are_paid",
        "No line of an order has more gift cards than units, and only paid orders have any.",
        is_instant=True,
        query="""
            SELECT o.order_number FROM gift_cards g
            JOIN order_items i ON i.id = g.order_item_id JOIN orders o ON o.id = i.order_id
            GROUP BY o.id, i.id
            HAVING count(*) > i.quantity OR o.status = 'pending'
        """,
    ),
    PROVIDERS_LEDGER,
    Invariant(
        14,
        "invoice_numbers_have_no_gap",
        "The invoices of a series have every number from 1 to its counter, and none beyond.",
        is_instant=True,
        query="""
            SELECT c.series || '-' || wanted.number FROM invoice_counters c
            CROSS JOIN LATERAL generate_series(1, c.last_number) AS wanted (number)
            LEFT JOIN invoices i ON i.series = c.series AND i.number = wanted.number
            WHERE i.id IS NULL
            UNION ALL
            SELECT i.series || '-' || i.number FROM invoices i
            LEFT JOIN invoice_counters c ON c.series = i.series
            WHERE i.number > coalesce(c.last_number, 0)
        """,
    ),
)
