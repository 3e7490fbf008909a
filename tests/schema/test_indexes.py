import pytest
from django.db import connection

from tests.ledger import ledger
from tests.schema.reading import asked, definitions, described

pytestmark = pytest.mark.django_db
LISTED = "WHERE ((deleted_at IS NULL) AND is_active)"

INDEXES = (
    asked("users_email_unique", "S1-27 S1-68", "btree (lower((email))) WHERE (deleted_at IS NULL)"),
    asked("users_role_idx", "S1-28 S1-68 S2-95", "btree (role) WHERE (deleted_at IS NULL)"),
    asked("users_created_at_idx", "S2-4 S2-95 S4-4", "btree (created_at)"),
    asked("products_slug_unique", "S1-29", "UNIQUE (slug)"),
    asked("products_sku_unique", "S0-22 S1-30", "UNIQUE (sku)"),
    asked("product_variants_sku_unique", "S0-22", "UNIQUE (sku)"),
    asked("products_category_id_a7a3a156", "S1-31 S3-8", "btree (category_id)"),
    asked("products_brand_idx", "S1-32", "btree (brand_id, published_at DESC, id DESC)"),
    asked("products_newest_idx", "S0-24 S1-33", f"btree (published_at DESC, id DESC) {LISTED}"),
    asked(
        "products_featured_idx",
        "S1-34",
        f"btree (is_featured DESC, published_at DESC, id DESC) {LISTED}",
    ),
    asked("products_price_idx", "S1-35 S4-8", f"btree (price, id) {LISTED}"),
    asked(
        "products_low_stock_idx",
        "S1-36",
        "btree (id) WHERE ((deleted_at IS NULL) AND is_low_in_stock)",
    ),
    asked("products_search_gin", "S1-37", "gin (popularity, search)"),
    asked("products_name_trgm", "S4-8", "gin (name gin_trgm_ops)"),
    asked("products_attributes_gin", "S1-38", "gin (attributes jsonb_path_ops)"),
    asked("products_tags_gin", "S1-39", "gin (tags)"),
    asked("products_category_price_idx", "S1-52", f"btree (category_id, price) {LISTED}"),
    asked("product_variants_product_id_019d9f04", "S0-27", "btree (product_id)"),
    asked("categories_slug_idx", "S1-40", "btree (slug)"),
    asked("categories_slug_unique", "S1-41 S3-10", "UNIQUE NULLS NOT DISTINCT (parent_id, slug)"),
    asked("product_reviews_one_per_user", "S1-50 S2-113", "UNIQUE (product_id, user_id)"),
    asked("product_reviews_approved_idx", "S1-51", "btree (product_id, id DESC) WHERE is_approved"),
    asked("carts_user_id_3a9d1785", "S1-42", "btree (user_id)"),
    asked("carts_token_unique", "S1-43", "UNIQUE (token_hash)"),
    asked(
        "cart_items_variant_unique",
        "S1-44 S1-54",
        "btree (cart_id, variant_id) INCLUDE (product_id)",
    ),
    asked("orders_user_idx", "S1-45 S2-26 S2-82 S2-96 S4-11", "btree (user_id, id DESC)"),
    asked(
        "orders_order_number_unique",
        "S0-23 S1-46 S2-96",
        "btree (order_number varchar_pattern_ops)",
    ),
    asked(
        "orders_open_idx",
        "S0-25 S1-47 S2-96 S3-14 S4-11",
        "btree (status, id DESC) WHERE ((status) = ANY "
        "((ARRAY['pending', 'confirmed', 'processing', 'shipped'])[]))",
    ),
    asked("orders_placed_at_idx", "S1-48", "btree (placed_at DESC, id DESC)"),
    asked("orders_created_at_idx", "S2-82 S2-96 S4-11", "btree (created_at)"),
    asked("orders_user_status_idx", "S1-53", "btree (user_id, status, placed_at DESC)"),
    asked(
        "order_items_variant_unique",
        "S0-27 S1-49 S2-27 S2-97 S4-13",
        "UNIQUE (order_id, variant_id, kind)",
    ),
    asked("order_items_product_idx", "S2-28 S2-97 S4-13", "btree (product_id, id DESC)"),
    asked("order_shipments_order_id_11de3887", "S2-10", "btree (order_id)"),
    asked("order_shipments_tracking_unique", "S2-10", "UNIQUE (carrier, tracking_number)"),
    asked("payments_order_status_idx", "S2-30 S2-84 S2-99", "btree (order_id, status)"),
    asked("payments_status_created_idx", "S0-26 S2-84 S2-99", "btree (status, created_at)"),
    asked("inventory_low_idx", "S2-85 S2-98", "btree (id) WHERE is_low"),
    asked("inventory_place_unique", "S2-98", "UNIQUE (variant_id, warehouse_id, bucket)"),
    asked("inventory_transactions_ledger", "S2-13", "btree (inventory_id, id)"),
    asked("inventory_transactions_order_id_6bc3c455", "S2-13", "btree (order_id)"),
    asked("inventory_transactions_type", "S2-13", "btree (type, id)"),
    asked(
        "inventory_reservations_one_live",
        "S0-27",
        "btree (order_item_id, inventory_id) WHERE ((status) = ANY "
        "((ARRAY['held', 'committed'])[]))",
    ),
    asked("user_addresses_user_id_c7113441", "S2-5", "btree (user_id)"),
    asked("user_payment_methods_user_id_08f0a570", "S2-6 S3-12", "btree (user_id)"),
    asked("user_sessions_user_id_43ce9642", "S4-6", "btree (user_id)"),
    asked("user_sessions_expiry_idx", "S4-6", "btree (expires_at)"),
    asked("verification_tokens_user_id_79052e9e", "S3-6", "btree (user_id)"),
    asked("verification_tokens_token_unique", "S3-6", "UNIQUE (token_hash)"),
)
# Partial indexes and those of the other kinds serve their own queries only.
KEYS_OF_INDEXES = """
    SELECT t.relname, i.relname, indisunique,
           ARRAY(SELECT pg_get_indexdef(i.oid, n, true) FROM generate_series(1, indnkeyatts) AS n)
    FROM pg_index
    JOIN pg_class AS t ON t.oid = indrelid
    JOIN pg_class AS i ON i.oid = indexrelid
    JOIN pg_am ON pg_am.oid = i.relam
    WHERE indpred IS NULL AND amname = 'btree'
"""


@pytest.mark.parametrize(("name", "wanted"), INDEXES)
def test_are_as_asked(name: str, wanted: list[str]) -> None:
    assert [definitions()[name]] == wanted


@ledger("S0-3", "S0-27", "S2-94", "S2-103")
def test_lead_with_every_foreign_key() -> None:
    leading = {
        (table.name, definition.partition("(")[2].replace(")", ",").split(",")[0].split(" ")[0])
        for table in described().values()
        for _, definition in (*table.constraints, *table.indexes)
        if definition.startswith(("btree", "UNIQUE", "EXCLUDE", "gist"))
    }
    keys = {(table.name, column) for table in described().values() for column in table.parents}

    # Nobody looks orders up by it, and a shipping method is switched off, not deleted.
    assert keys - leading == {("orders", "shipping_method_id")}


@ledger("S0-3", "S2-103")
def test_repeat_no_unique_key() -> None:
    with connection.cursor() as cursor:
        cursor.execute(KEYS_OF_INDEXES)
        found = [row for row in cursor.fetchall() if row[0] in described()]

    repeated = [
        f"{name} repeats {other}"
        for table, name, is_unique, columns in found
        for its, other, _, leading in found
        if its == table and other != name and not is_unique and leading[: len(columns)] == columns
    ]

    assert repeated == []


@ledger("S2-103")
def test_are_on_no_bare_boolean() -> None:
    booleans = {
        column.name
        for table in described().values()
        for column in table.columns
        if column.type == "boolean"
    }
    bare = [
        name
        for name, definition in definitions().items()
        if definition in {f"btree ({column})" for column in booleans}
    ]

    assert bare == []
