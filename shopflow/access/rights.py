"""The declaration: which role may do what with which table.

Everything else follows from three rules. The owner alone has DDL. The worker and the staff site
may read, insert and update every table; the storefront only what stands in APP_WRITES. Nobody may
change or delete rows of a table whose model says `AppendOnly`, and rows are deleted only from
HARD_DELETED (data model, deletion).
"""

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
    "order_returns": "order_id",
    "invoices": "order_id",
    "payments": "order_id",
    "refunds": "order_id",
    "user_addresses": None,
    "user_payment_methods": None,
}
# Carts, sessions and tokens go for good, and so do links between rows and what nobody misses.
HARD_DELETED = frozenset({
    "carts", "cart_items", "cart_coupons", "checkout_drafts", "wishlists", "wishlist_items",
    "coupon_products", "coupon_categories", "promotion_products", "promotion_categories",
    "product_categories", "product_images", "product_type_attributes", "price_list_items",
    "synonyms", "menu_items", "category_facets", "search_words", "review_votes", "review_photos",
    "user_sessions", "password_resets", "verification_tokens",
    "users_groups", "users_user_permissions", "auth_group_permissions",
})  # fmt: skip
# What pages and the API write; the rest of the shop they only read.
APP_WRITES = frozenset({
    "users", "user_addresses", "user_payment_methods",
    "user_sessions", "password_resets", "verification_tokens", "email_preferences",
    "product_reviews", "review_votes", "review_photos", "product_purchases", "search_log",
    "carts", "cart_items", "cart_coupons", "checkout_drafts", "wishlists", "wishlist_items",
    "orders", "order_items", "order_addresses", "order_tax_lines", "order_discount_lines",
    "order_status_history",
    "inventory", "inventory_reservations", "inventory_transactions",
    "stock_alerts", "coupons", "coupon_usage", "promotions", "promotion_usage",
    "payments", "refunds", "payment_events",
    "products", "product_variants",
    "idempotency_keys",
})  # fmt: skip
# What pages and the API don't even read: the back office.
STAFF_ONLY = frozenset({
    "order_notes", "disputes", "payouts", "payout_lines",
    "purchase_orders", "purchase_order_lines", "stock_counts", "stock_count_lines",
    "stock_transfers", "stock_transfer_lines",
    "import_jobs", "import_rows", "webhook_endpoints", "webhook_deliveries",
    "erasure_log",
})  # fmt: skip
# What reports never see.
SECRET_COLUMNS = {
    "users": {"password"},
    "user_sessions": {"refresh_token_hash"},
    "password_resets": {"token_hash"},
    "verification_tokens": {"token_hash"},
    "api_keys": {"key_hash"},
    "email_preferences": {"token_hash"},
    "carts": {"token_hash"},
    "wishlists": {"token_hash", "share_token"},
    "stock_alerts": {"token_hash"},
    "idempotency_keys": {"body", "key", "fingerprint"},
    "user_payment_methods": {"provider_payment_method_id"},
    "gift_cards": {"code_hash"},
    "outbox_messages": {"payload"},
    "webhook_endpoints": {"sealed_secret", "sealed_previous_secret"},
}


def append_only() -> frozenset[str]:
    """Return the tables whose rows are written once."""
    return frozenset(
        model._meta.db_table
        for model in apps.get_models()
        if any(isinstance(rule, AppendOnly) for rule in model._meta.constraints)
    )


def all_tables() -> list[str]:
    """Return every table of the shop and of Django's own apps."""
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed})
