import re

import pytest

from tests.ledger import ledger
from tests.schema.reading import asked, definitions, described

pytestmark = pytest.mark.django_db
DELETES = re.compile(r"FOREIGN KEY \((\w+)\) REFERENCES (\w+)\(id\) ON DELETE (CASCADE|SET NULL)")

# Each line: a column that many rows may share.
HAS_MANY = (
    asked(
        "users",
        "S0-6 S1-25 S2-15 S4-2",
        """
        user_addresses.user_id
        user_sessions.user_id
        password_resets.user_id
        user_payment_methods.user_id
        orders.user_id
        """,
    ),
    asked("categories", "S1-25", "products.category_id\ncategories.parent_id"),
    asked("brands", "S1-25", "products.brand_id"),
    asked(
        "products",
        "S1-25 S2-15 S4-2",
        """
        product_variants.product_id
        product_images.product_id
        product_reviews.product_id
        order_items.product_id
        """,
    ),
    asked("product_variants", "S2-15", "inventory.variant_id"),
    asked("inventory", "S2-15 S2-17", "inventory_transactions.inventory_id"),
    asked("carts", "S1-25", "cart_items.cart_id"),
    asked(
        "orders",
        "S1-25 S2-15 S4-2",
        """
        order_items.order_id
        order_shipments.order_id
        order_addresses.order_id
        order_status_history.order_id
        payments.order_id
        inventory_transactions.order_id
        """,
    ),
    asked("order_shipments", "S2-119", "order_shipment_events.shipment_id"),
    asked("payments", "S1-25", "refunds.payment_id"),
    asked("user_payment_methods", "S2-15", "payments.payment_method_id"),
    asked("coupons", "S1-25", "coupon_usage.coupon_id"),
    asked("shipping_zones", "S1-25", "shipping_methods.zone_id"),
)
# What cannot live without its parent goes with it; history, money and stock never do.
GOES_WITH = {
    "users": {
        "carts", "passkeys", "password_resets", "product_purchases", "recovery_codes",
        "review_votes", "stock_alerts", "totp_devices", "user_addresses", "user_payment_methods",
        "user_sessions", "verification_tokens", "wishlists",
    },
    "categories": {
        "category_facets", "category_translations", "coupon_categories", "product_categories",
        "promotion_categories", "slug_redirects",
    },
    "brands": {"slug_redirects"},
    "products": {
        "cart_items", "coupon_products", "product_categories", "product_images",
        "product_purchases", "product_reviews", "product_translations", "promotion_products",
        "slug_redirects", "wishlist_items",
    },
    "product_variants": {"cart_items", "wishlist_items"},
    "product_types": {"product_type_attributes"},
    "product_reviews": {"review_photos", "review_votes"},
    "attributes": {"attribute_choices"},
    "price_lists": {"price_list_items"},
    "menus": {"menu_items"},
    "menu_items": {"menu_items"},
    "purchase_orders": {"purchase_order_lines"},
    "stock_counts": {"stock_count_lines"},
    "stock_transfers": {"stock_transfer_lines"},
    "coupons": {"cart_coupons", "coupon_categories", "coupon_products"},
    "promotions": {"promotion_categories", "promotion_products"},
    "shipping_zones": {"shipping_methods", "tax_rates"},
    "carts": {"cart_coupons", "cart_items", "checkout_drafts"},
    "wishlists": {"wishlist_items"},
    "orders": {"order_addresses", "order_discount_lines", "order_items", "order_tax_lines"},
}  # fmt: skip
# What a row is without: none of it is history.
FORGETS = {
    "orders.shipping_method_id",
    "payments.payment_method_id",
    "product_categories.brand_id",
    "product_images.variant_id",
    "product_reviews.user_id",
    "products.brand_id",
    "products.category_id",
    "user_sessions.parent_id",
}


@pytest.mark.parametrize(("parent", "columns"), HAS_MANY)
def test_has_many(parent: str, columns: list[str]) -> None:
    for place in columns:
        table, _, column = place.partition(".")
        alone = re.compile(rf"UNIQUE \({column}\)$")

        assert described()[table].parents[column] == parent
        assert [d for _, d in described()[table].constraints if alone.match(d)] == []


@ledger("S2-88", "S2-92", "S2-119", "S2-123")
def test_delete_only_what_cannot_live_alone() -> None:
    found: dict[str, set[str]] = {}
    for table, _, parent, action in _deletes():
        if action == "CASCADE":
            found.setdefault(parent, set()).add(table)

    assert found == GOES_WITH


@ledger("S2-90", "S2-121")
def test_forget_only_what_is_no_history() -> None:
    found = {f"{table}.{column}" for table, column, _, action in _deletes() if action != "CASCADE"}

    assert found == FORGETS


@ledger("S1-85")
def test_follow_no_changed_key() -> None:
    assert [rule for rule in definitions().values() if "ON UPDATE" in rule] == []


def _deletes() -> list[tuple[str, str, str, str]]:
    return [
        (table.name, *found.groups())  # type: ignore[misc]  # four groups
        for table in described().values()
        for _, rule in table.constraints
        if (found := DELETES.match(rule))
    ]
