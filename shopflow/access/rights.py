"""The declaration: which role may do what with which table.

Everything else follows from three rules. The owner alone has DDL. The worker and the staff site
may read, insert and update every table; the storefront reads all but STAFF_ONLY and writes
what stands in APP_WRITES. Nobody may change or delete rows of a table whose model says
`AppendOnly` (the worker may empty what somebody wrote there, where the model says so), and rows are
deleted only from HARD_DELETED (data model, deletion).

A table with personal data stands in PROTECTED, in STAFF_ONLY, or in UNPROTECTED with the
reason why; a test refuses one that stands nowhere. Over all of them watches the audit log: what
staff change is written down by a trigger on every table but those in NOT_AUDITED.
"""

from collections.abc import Set

from django.apps import apps

from shopflow.lib.postgres.rules import AppendOnly

# Rows that belong to a person or to the order a guest's link proves: row-level security.
# Table -> the column that holds the order's id; None: only the person counts.
PROTECTED = {
    "orders": "id",
    "order_items": "order_id",
    "order_addresses": "order_id",
    "order_shipments": "order_id",
    "order_changes": "order_id",
    "order_notes": "order_id",
    "order_returns": "order_id",
    "invoices": "order_id",
    "payments": "order_id",
    "refunds": "order_id",
    "user_addresses": None,
    "user_payment_methods": None,
}
# Of these a person sees only the rows that are meant for them.
SHOWN_IF = {"order_notes": "is_shown_to_shopper"}
# Carts, sessions and tokens go for good, and so do links between rows and what nobody misses.
HARD_DELETED = frozenset({
    "carts", "cart_items", "cart_coupons", "checkout_drafts", "wishlists", "wishlist_items",
    "coupon_products", "coupon_categories", "promotion_products", "promotion_categories",
    "product_categories", "product_images", "product_type_attributes", "price_list_items",
    "synonyms", "menu_items", "category_facets", "search_words", "review_votes", "review_photos",
    "user_sessions", "password_resets", "verification_tokens", "idempotency_keys",
    "totp_devices", "recovery_codes", "passkeys",
    "users_groups", "users_user_permissions", "auth_group_permissions",
})  # fmt: skip
# What pages and the API write; the rest of the shop they only read.
APP_WRITES = frozenset({
    "users", "user_addresses", "user_payment_methods",
    "user_sessions", "password_resets", "verification_tokens", "email_preferences",
    "totp_devices", "recovery_codes", "passkeys",
    "product_reviews", "review_votes", "review_photos", "product_purchases", "search_log",
    "carts", "cart_items", "cart_coupons", "checkout_drafts", "wishlists", "wishlist_items",
    "orders", "order_items", "order_addresses", "order_tax_lines", "order_discount_lines",
    "order_status_history", "order_changes", "order_returns", "order_return_items",
    "inventory", "inventory_reservations", "inventory_transactions",
    "stock_alerts", "coupons", "coupon_usage", "promotions", "promotion_usage",
    "payments", "refunds", "payment_events",
    # Paying with a card; making one is the worker's and the staff's.
    "gift_cards", "gift_card_holds", "gift_card_transactions",
    # The last unit sold takes its product's shelves along.
    "products", "product_variants", "product_categories",
    "idempotency_keys", "audit_logs", "outbox_messages",
})  # fmt: skip
# What no page ever changes, not even of somebody's own row: a form that lets too much through
# makes nobody an owner.
NOT_CHANGED_BY_APP = {
    "users": {"role", "is_superuser", "is_tax_exempt"},
    "gift_cards": {
        "code_hash", "code_last_four", "initial_amount", "currency", "is_active", "expires_at",
        "recipient_email",
    },
}  # fmt: skip
# What pages and the API don't read: the back office. What also stands in APP_WRITES they add to.
STAFF_ONLY = frozenset({
    "disputes", "payouts", "payout_lines", "reconciliations",
    "purchase_orders", "purchase_order_lines", "stock_counts", "stock_count_lines",
    "stock_transfers", "stock_transfer_lines",
    "import_jobs", "import_rows", "webhook_endpoints", "webhook_deliveries", "outbox_messages",
    "erasure_log", "search_log", "payment_events", "django_admin_log",
    "audit_logs", "audit_seals",
})  # fmt: skip
# Personal data without row-level security, and why a page that forgets its filter is no danger or
# can't be helped here.
_BY_HASH = "found by a token's hash before anybody is known"
_OF_CART = f"found by the cart, which is {_BY_HASH}"
_AT_THE_DOOR = "asked for after the password, before anybody is let in"
_OWN_ORDER = "says nothing about a person without the order, which is protected"
UNPROTECTED = {
    "users": "found by e-mail at login, before anybody is known",
    "users_groups": "asked for at the staff site's door, before anybody is let in",
    "users_user_permissions": "asked for at the staff site's door, before anybody is let in",
    "user_sessions": _BY_HASH,
    "password_resets": _BY_HASH,
    "verification_tokens": _BY_HASH,
    "totp_devices": _AT_THE_DOOR,
    "recovery_codes": _AT_THE_DOOR,
    "passkeys": _AT_THE_DOOR,
    "api_keys": _BY_HASH,
    "email_preferences": _BY_HASH,
    "carts": _BY_HASH,
    "cart_items": _OF_CART,
    "checkout_drafts": _OF_CART,
    "wishlists": _BY_HASH,
    "stock_alerts": _BY_HASH,
    "order_tax_lines": _OWN_ORDER,
    "order_discount_lines": _OWN_ORDER,
    "order_status_history": _OWN_ORDER,
    "order_shipment_items": _OWN_ORDER,
    "order_shipment_events": _OWN_ORDER,
    "order_return_items": _OWN_ORDER,
    "refund_items": _OWN_ORDER,
    "inventory_transactions": _OWN_ORDER,
    "inventory_reservations": _OWN_ORDER,
    "coupon_usage": "limits of a coupon are counted over everybody's uses",
    "promotion_usage": "limits of a promotion are counted over everybody's uses",
    "idempotency_keys": "found by who repeats a request and by its key",
    "product_reviews": "reviews are public",
    "review_photos": "reviews are public",
    "review_votes": "votes are counted over everybody's",
    "product_purchases": "a review is verified by it, whoever reads the review",
    "warehouses": "the shop's own address",
    "gift_cards": "found by the hash of a code, whoever knows it",
    "gift_card_holds": _OWN_ORDER,
    "gift_card_transactions": "a card's balance is what all of them come to",
}
# What reports never see, and the audit log never holds.
SECRET_COLUMNS: dict[str, Set[str]] = {
    "users": {"password"},
    "user_sessions": {"refresh_token_hash"},
    "password_resets": {"token_hash", "bound_to"},
    "verification_tokens": {"token_hash"},
    "totp_devices": {"sealed_key"},
    "recovery_codes": {"code_hash"},
    "api_keys": {"key_hash"},
    "email_preferences": {"token_hash"},
    "carts": {"token_hash"},
    "wishlists": {"token_hash", "share_token"},
    "stock_alerts": {"token_hash"},
    "idempotency_keys": {"body", "key", "fingerprint"},
    "user_payment_methods": {"provider_payment_method_id"},
    "gift_cards": {"code_hash"},
    "outbox_messages": {"payload"},
    "webhook_endpoints": {"sealed_secret", "sealed_previous_secret", "url"},
    "payments": {"redirect_url"},
}
# What says who a person is, how to reach them, or is in their own words. The audit log is never
# rewritten, so it only says that such a column changed: erasing a person leaves nothing in it.
ADDRESS = frozenset({
    "first_name", "last_name", "company", "address_line_1", "address_line_2", "city", "state",
    "postal_code", "phone",
})  # fmt: skip
PERSONAL_COLUMNS: dict[str, Set[str]] = {
    "users": {"email", "first_name", "last_name", "phone"},
    "user_addresses": ADDRESS,
    "user_sessions": {"device", "ip"},
    "user_payment_methods": {"card_last_four"},
    "verification_tokens": {"email"},
    "api_keys": {"name"},
    "totp_devices": {"name"},
    "recovery_codes": {"name"},
    "passkeys": {"name"},
    "email_preferences": {"email"},
    "product_reviews": {"title", "content", "reply"},
    "review_photos": {"file"},
    "carts": {"name", "email"},
    "cart_items": {"gift_cards"},
    "checkout_drafts": {"answers"},
    "wishlists": {"name"},
    "coupon_usage": {"customer_email"},
    "promotion_usage": {"customer_email"},
    "stock_alerts": {"email"},
    "orders": {
        "customer_email", "customer_phone", "customer_note", "cancel_reason", "metadata", "vat_id",
    },
    "order_addresses": ADDRESS,
    "order_items": {"gift_cards"},
    "order_changes": {"old_values", "new_values", "reason"},
    "order_notes": {"text"},
    "order_return_items": {"condition_note"},
    "order_returns": {"comment", "decision", "tracking_number"},
    "order_shipments": {"tracking_number", "label_url"},
    "order_shipment_events": {"description", "location"},
    "order_status_history": {"notes"},
    "inventory_transactions": {"notes"},
    "invoices": {"snapshot", "pdf"},
    "payments": {"card_last_four", "failure_reason"},
    "refunds": {"reason", "last_error"},
    "payment_events": {"payload"},
    "gift_cards": {"sender_name", "recipient_name", "recipient_email", "message"},
    "gift_card_transactions": {"reason"},
    "import_rows": {"values", "old_values", "faults"},
    "audit_logs": {"ip_address", "user_agent"},
    "django_admin_log": {"object_repr", "change_message"},
}  # fmt: skip
# Tables without the audit trigger, and why.
NOT_AUDITED = {
    "audit_logs": "the log itself",
    "audit_seals": "the seals of the log",
    "django_admin_log": "Django's own log, which nothing writes (decision 0006)",
    "erasure_log": "a log: who asked for what, and when it was done",
    "gift_card_transactions": "a ledger: append-only, with who and why",
    "idempotency_keys": "answers of requests, kept for a day",
    "import_rows": "the log of an import, line by line; the import itself is audited",
    "inventory_transactions": "a ledger: append-only, with who and why",
    "order_shipment_events": "what the carrier said",
    "order_status_history": "a log: append-only, with who and why",
    "outbox_messages": "mail and news that follow from what is audited",
    "search_log": "what shoppers looked for",
    "webhook_deliveries": "what was sent, and what was answered",
}
# Columns that no role writes: one clock makes the ids and the times of the audit log.
DATABASE_FILLS = {"audit_logs": frozenset({"id", "created_at"})}
# What not even the staff site adds to.
WORKER_WRITES = frozenset({"audit_seals"})


def append_only() -> frozenset[str]:
    """Return the tables whose rows are written once."""
    return frozenset(
        model._meta.db_table
        for model in apps.get_models()
        if any(isinstance(rule, AppendOnly) for rule in model._meta.constraints)
    )


def erasable() -> dict[str, frozenset[str]]:
    """Return the columns of rows written once that the worker may still empty, by table."""
    return {
        model._meta.db_table: frozenset(rule.erasable)
        for model in apps.get_models()
        for rule in model._meta.constraints
        if isinstance(rule, AppendOnly) and rule.erasable
    }


def all_tables() -> list[str]:
    """Return every table of the shop and of Django's own apps."""
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed})
