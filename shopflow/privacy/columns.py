"""What becomes of each personal column when its person is erased.

Three rules, and what differs. Rows of tables whose rows may go (HARD_DELETED) go. Of all others
the personal columns are emptied: NULL where the column takes it, else '' or {}; LEFT names what
stays instead. What a law wants kept (KEPT_BY_LAW) is emptied once its term is over.
"""

from collections.abc import Mapping, Set

from shopflow.access.rights import ADDRESS

# Nobody can have it: RFC 6761 section 6.4. Written once, so that erasing again changes nothing.
EMAIL = "erased-{}@invalid"
_EMAIL = "CASE WHEN {0} LIKE 'erased-%%@invalid' THEN {0} ELSE %(left_email)s END"
_WORD = "'erased'"
_ROW = "'erased-' || id"
# What stays where nothing may not; columns that aren't personal follow those that are.
LEFT: Mapping[str, Mapping[str, str]] = {
    "users": {"email": _EMAIL.format("email"), "email_verified": "false"},
    "user_addresses": {
        "address_line_1": _WORD,
        "city": _WORD,
        "is_default": "false",
        "deleted_at": "coalesce(deleted_at, statement_timestamp())",
    },
    "user_payment_methods": {
        # Its provider has to forget the card first: payments.detach_removed_cards, within minutes.
        "provider_payment_method_id": "CASE WHEN detached_at IS NULL"
        " THEN provider_payment_method_id ELSE 'erased-' || id END",
        "exp_month": "NULL::smallint",
        "exp_year": "NULL::smallint",
        "is_default": "false",
        "is_active": "false",
        "deleted_at": "coalesce(deleted_at, statement_timestamp())",
    },
    "api_keys": {"name": _WORD, "revoked_at": "coalesce(revoked_at, statement_timestamp())"},
    "email_preferences": {
        "email": _EMAIL.format("email"),
        "opted_out_at": "coalesce(opted_out_at, statement_timestamp())",
    },
    "product_reviews": {"replied_at": "NULL::timestamptz"},
    "coupon_usage": {"customer_email": _EMAIL.format("customer_email")},
    "promotion_usage": {"customer_email": _EMAIL.format("customer_email")},
    "stock_alerts": {
        "email": _EMAIL.format("email"),
        "expired_at": "coalesce(expired_at, statement_timestamp())",
    },
    "orders": {
        "customer_email": _EMAIL.format("customer_email"),
        # A sale without tax names its buyer (orders_reverse_charge_names_vat_id).
        "vat_id": "CASE WHEN vat_id = '' THEN vat_id ELSE 'erased' END",
        # No link in an old mail opens it any more (orders_guest_token_version_in_range).
        "guest_token_version": "CASE WHEN user_id IS NULL THEN guest_token_version ELSE 0 END",
    },
    # Gift cards stay gift cards, whoever they were for.
    "order_items": {"gift_cards": "CASE WHEN gift_cards IS NULL THEN NULL ELSE '[]'::jsonb END"},
    # An edit changes something (order_changes_something_changes).
    "order_changes": {"new_values": "'{\"erased\": true}'::jsonb"},
    "order_notes": {"text": _WORD},
    "order_shipments": {"tracking_number": _ROW},
    "payments": {
        "redirect_url": "''",
        "card_exp_month": "NULL::smallint",
        "card_exp_year": "NULL::smallint",
    },
    # A row that failed has a fault (import_rows_failed_has_fault).
    "import_rows": {"faults": "CASE WHEN faults = '[]' THEN faults ELSE '[\"erased\"]' END"},
}
# What a sale's papers need: whom the shop sold to and where to (docs/privacy.md names the laws).
# A phone number isn't among it.
KEPT_BY_LAW: Mapping[str, Set[str]] = {
    "order_addresses": ADDRESS - {"phone"},
    "invoices": frozenset({"snapshot", "pdf"}),
}
# Tables whose personal columns nobody empties one by one, and why nothing stays in them.
GOES_BY_ITSELF: Mapping[str, str] = {
    "audit_logs": "kept as proof of who came in and from where, and sealed; its months leave with"
    " `archive_partitions`",
    "payment_events": "says nothing of a person once it has taken effect: what does is never"
    " stored, or goes then",
}
# Text that says nothing about a person, of tables with rows about people.
IMPERSONAL: Mapping[str, Set[str]] = {
    "api_keys": {"prefix", "scopes"},
    # Personal values never come in: the trigger writes "(personal)" instead.
    "audit_logs": {"entity_type", "entity_id", "old_values", "new_values", "request_id"},
    "disputes": {"provider", "provider_dispute_id", "reason", "currency"},
    "django_admin_log": {"object_id"},
    "erasure_log": {"erased"},
    "gift_cards": {"code_last_four", "currency"},
    "import_rows": {"entity_type"},
    "inventory_transactions": {"reason"},  # the shop's own words: "sale", "counted"
    "invoices": {"series", "currency"},
    "order_addresses": {"country_code"},
    "order_discount_lines": {"code", "description"},
    "order_items": {
        "product_name", "variant_name", "sku", "image_url", "tax_class",
    },
    "order_returns": {"return_number", "carrier", "resolution"},
    "order_shipment_events": {"carrier_event_id"},
    "order_shipments": {"carrier"},
    "order_status_history": {"from_status", "to_status"},
    "order_tax_lines": {"name", "tax_class"},
    "orders": {
        "order_number", "currency", "language", "price_trace", "coupon_code",
        "shipping_method_name", "pickup_hours",
    },
    "payments": {
        "provider", "currency", "provider_payment_id", "card_brand", "failure_code",
        "idempotency_key",
    },
    "payout_lines": {"provider_line_id", "type", "description"},
    "refunds": {"currency", "idempotency_key", "provider_refund_id"},
    "user_addresses": {"country_code"},
    "user_payment_methods": {"provider", "card_brand"},
}  # fmt: skip
# Rows that lead to a person but say nothing of one; an export leaves them out.
NOT_EXPORTED: Mapping[str, str] = {
    "idempotency_keys": "answers to requests, kept for a day",
    "inventory_reservations": "which units are held, the shop's own books",
    "inventory_transactions": "which units moved, the shop's own books",
    "payout_lines": "what the provider pays out to the shop, the shop's own books",
}
