"""Queues that are drained, and requests that were answered."""

from shopflow.invariants.invariant import Invariant

ANSWERS = (
    Invariant(
        10,
        "inbox_is_drained",
        "Every event of the inbox was processed, every refund sent.",
        is_instant=False,
        query="""
            SELECT provider || ' ' || provider_event_id FROM payment_events
            WHERE processed_at IS NULL AND received_at <= %(settled)s
            UNION ALL
            SELECT 'refund of ' || o.order_number FROM refunds r JOIN orders o ON o.id = r.order_id
            WHERE r.status = 'pending' AND r.created_at <= %(settled)s
        """,
    ),
    Invariant(
        10,
        "outbox_is_drained",
        "Everything the world outside must hear of was sent.",
        is_instant=False,
        query="""
            SELECT topic || ' ' || reference FROM outbox_messages
            WHERE sent_at IS NULL AND created_at <= %(settled)s
        """,
    ),
    Invariant(
        10,
        "idempotency_keys_are_answered",
        "Every idempotency key has its answer.",
        is_instant=True,
        query="SELECT route || ' ' || id FROM idempotency_keys WHERE status IS NULL",
    ),
    Invariant(
        10,
        "one_order_per_accepted_key",
        "No two accepted checkout keys name the same order, and each names one there is.",
        is_instant=True,
        query="""
            SELECT coalesce(k.number, 'no number') FROM (
                SELECT (body::jsonb)->'order'->>'number' AS number
                FROM idempotency_keys WHERE route = 'checkout' AND status = 201
            ) k LEFT JOIN orders o ON o.order_number = k.number
            GROUP BY k.number HAVING count(*) > 1 OR count(o.id) = 0
        """,
    ),
)
