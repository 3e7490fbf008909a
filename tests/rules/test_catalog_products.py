from collections.abc import Callable

import pytest

from tests.rules.proofs import check, one_of, unique
from tests.rules.rows import LATER, new

pytestmark = pytest.mark.django_db

RULES = (
    unique("products_slug_unique", "slug", ledger="S1-29"),
    unique("products_sku_unique", "sku", ledger="S0-22 S1-30 S2-11"),
    check(
        "products_not_empty",
        {"name": "Shirt", "slug": "shirt", "sku": "SHIRT"},
        {"name": ""},
        {"slug": ""},
        {"sku": ""},
    ),
    check("products_price_not_negative", {"price": "0.00"}, {"price": "-0.01"}, ledger="S1-86"),
    check(
        "products_compare_at_above_price",
        {"price": "10.00", "compare_at_price": "10.01"},
        {"compare_at_price": "10.00"},
        ledger="S1-87",
    ),
    check("products_min_stock_not_negative", {"min_stock_level": 0}, {"min_stock_level": -1}),
    check(
        "products_stock_not_negative", {"stock_quantity": 0}, {"stock_quantity": -1}, ledger="S1-88"
    ),
    check("products_sales_not_negative", {"sales_count": 0}, {"sales_count": -1}),
    check(
        "products_rating_1_to_5",
        {"rating_average": "5.00", "rating_count": 1},
        {"rating_average": "5.01"},
        {"rating_average": "0.99"},
        {"rating_average": "0.00"},
        {"rating_count": 0},
        {"rating_count": -1},
    ),
    unique("product_variants_sku_unique", "sku", ledger="S0-22"),
    unique(
        "product_variants_options_unique",
        "product_id",
        "option_values",
        given={"option_values": {"Size": "S", "Colour": "red"}},
        again={"option_values": {"Colour": "red", "Size": "S"}},
        other={"option_values": {"Size": "M", "Colour": "red"}},
        unless=({"deleted_at": LATER},),
    ),
    check("product_variants_not_empty", {"name": "S", "sku": "SHIRT-S"}, {"name": ""}, {"sku": ""}),
    check(
        "product_variants_price_not_negative",
        {"price": "0.00"},
        {"price": "-0.01"},
        ledger="S1-86",
    ),
    check(
        "product_variants_compare_at_above_price",
        {"price": "10.00", "compare_at_price": "10.01"},
        {"compare_at_price": "10.00"},
        ledger="S1-87",
    ),
    check("product_variants_cost_not_negative", {"cost": "0.00"}, {"cost": "-0.01"}),
    check("product_variants_weight_grams_check", {"weight_grams": 0}, {"weight_grams": -1}),
    check(
        "product_variants_dimensions_positive",
        {"length_mm": 1, "width_mm": 1, "height_mm": 1},
        {"length_mm": 0},
        {"width_mm": 0},
        {"height_mm": 0},
    ),
    check(
        "product_variants_stock_not_negative",
        {"stock_quantity": 0},
        {"stock_quantity": -1},
        ledger="S1-88",
    ),
    one_of("product_variants_backorder_policy_known", "backorder_policy", "deny continue"),
    unique(
        "product_images_one_primary",
        "product_id",
        given={"is_primary": True},
        unless=({"is_primary": False},),
        ledger="S1-10",
    ),
    check(
        "product_images_has_picture",
        {"file": "", "source_url": "https://example.com/shirt.jpg"},
        {"source_url": ""},
    ),
    check("product_images_width_check", {"width": 0}, {"width": -1}),
    check("product_images_height_check", {"height": 0}, {"height": -1}),
    unique("product_categories_unique", "category_id", "product_id"),
    check("category_facets_count_not_negative", {"product_count": 0}, {"product_count": -1}),
    unique("category_facets_unique", "category_id", "facet", "value"),
    unique(
        "price_history_no_overlap",
        "variant_id",
        "valid",
        given={"valid": "[2026-01-01,2026-02-01)"},
        again={"valid": "[2026-01-31,)"},
        other={"valid": "[2026-02-01,)"},
    ),
    check(
        "price_history_has_start",
        {"valid": "[2026-01-01,)"},
        {"valid": "(,2026-01-01)"},
        {"valid": "empty"},
    ),
    check("price_history_price_not_negative", {"price": "0.00"}, {"price": "-0.01"}),
    unique("price_lists_name_unique", "name"),
    check(
        "price_lists_currency_valid",
        {"currency": "EUR"},
        {"currency": "eur"},
        {"currency": "EU"},
        {"currency": ""},
    ),
    unique(
        "price_lists_one_active_per_currency",
        "currency",
        given={"currency": "EUR", "is_active": True},
        other={"currency": "CHF"},
        unless=({"is_active": False},),
    ),
    unique("price_list_items_variant_unique", "price_list_id", "variant_id"),
    check("price_list_items_price_not_negative", {"price": "0.00"}, {"price": "-0.01"}),
    check(
        "price_list_items_compare_at_above_price",
        {"price": "10.00", "compare_at_price": "10.01"},
        {"compare_at_price": "10.00"},
    ),
    unique(
        "slug_redirects_product_unique",
        "slug",
        unless=({"product_id": None, "brand_id": new("brands")},),
    ),
    unique(
        "slug_redirects_brand_unique",
        "slug",
        given={"product_id": None, "brand_id": new("brands")},
        unless=({"brand_id": None, "category_id": new("categories")},),
    ),
    unique(
        "slug_redirects_category_unique",
        "slug",
        given={"product_id": None, "category_id": new("categories")},
        unless=({"category_id": None, "product_id": new("products")},),
    ),
    check("slug_redirects_slug_not_empty", {"slug": "shirt"}, {"slug": ""}),
    check(
        "slug_redirects_one_target",
        {"product_id": new("products"), "brand_id": None, "category_id": None},
        {"product_id": None},
        {"brand_id": new("brands")},
        {"category_id": new("categories")},
        {"product_id": None, "brand_id": new("brands"), "category_id": new("categories")},
    ),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
