from collections.abc import Callable, Iterator

import pytest
from _pytest.mark import ParameterSet

from tests.rules.proofs import check, one_of, unique
from tests.rules.rows import LATER

pytestmark = pytest.mark.django_db
TEN_PERCENT = {"discount_type": "percentage", "discount_value": 10}
THREE_FOR_TWO = {
    "discount_type": "buy_x_get_y",
    "discount_value": 100,
    "buy_quantity": 2,
    "get_quantity": 1,
}

TWO_STEPS = {
    "discount_type": "percentage", "discount_value": 5,
    "tier_by": "amount", "tier_from": "{50,100}", "tier_value": "{5,10}",
}  # fmt: skip
TOO_MANY = "{1,2,3,4,5,6,7,8,9,10,11}"


def same_of_both(table: str) -> Iterator[ParameterSet]:
    """The rules that coupons and promotions have in common."""
    yield one_of(
        f"{table}_discount_type_known",
        "discount_type",
        "percentage fixed_amount free_shipping buy_x_get_y",
    )
    yield one_of(f"{table}_scope_known", "scope", "order products categories")
    yield check(
        f"{table}_value_fits_type",
        {"discount_type": "percentage", "discount_value": 100},
        {"discount_value": "100.01"},
        {"discount_value": 0},
        {**THREE_FOR_TWO, "discount_value": "100.01"},
        {**THREE_FOR_TWO, "discount_value": 0},
        {"discount_type": "fixed_amount", "discount_value": 0},
        {"discount_type": "free_shipping", "discount_value": "0.01"},
    )
    yield check(
        f"{table}_quantities_fit_type",
        THREE_FOR_TWO,
        {"buy_quantity": 0},
        {"get_quantity": 0},
        {"buy_quantity": None},
        {"get_quantity": None},
        {**TEN_PERCENT, "get_quantity": None},
        {**TEN_PERCENT, "buy_quantity": None},
    )
    yield one_of(f"{table}_tier_by_known", "tier_by", "amount quantity", or_empty=True)
    yield check(
        f"{table}_tiers_fit_type",
        TWO_STEPS,
        {"tier_by": ""},
        {"tier_from": "{50}"},
        {"tier_value": "{5}"},
        {"tier_from": "{}", "tier_value": "{}"},
        {"tier_from": TOO_MANY, "tier_value": TOO_MANY},
        {**THREE_FOR_TWO},
        {"discount_type": "free_shipping", "discount_value": 0},
    )
    yield check(
        f"{table}_tiers_positive",
        TWO_STEPS,
        {"tier_from": "{0,100}"},
        {"tier_value": "{5,-1}"},
    )
    yield check(
        f"{table}_tiers_at_most_all",
        {**TWO_STEPS, "tier_value": "{5,100}"},
        {"tier_value": "{5,100.01}"},
    )
    yield check(
        f"{table}_minimum_not_negative", {"min_order_amount": 0}, {"min_order_amount": "-0.01"}
    )
    yield check(
        f"{table}_maximum_not_negative",
        {"max_discount_amount": 0},
        {"max_discount_amount": "-0.01"},
    )
    yield check(
        f"{table}_limits_positive",
        {"usage_limit": 1, "usage_limit_per_user": 1},
        {"usage_limit": 0},
        {"usage_limit_per_user": 0},
    )
    yield check(
        f"{table}_within_limit",
        {"usage_limit": 3, "usage_count": 3},
        {"usage_count": 4},
        {"usage_count": -1},
        {"usage_count": -1, "usage_limit": None},
        ledger="S1-21",
    )
    yield check(
        f"{table}_expires_after_start",
        {"starts_at": "2026-01-01", "expires_at": "2026-01-01 00:00:01"},
        {"expires_at": "2026-01-01"},
        {"starts_at": LATER},
    )


def same_of_both_uses(table: str) -> Iterator[ParameterSet]:
    """The rules that uses of coupons and of promotions have in common."""
    yield check(
        f"{table}_amount_not_negative", {"discount_amount": 0}, {"discount_amount": "-0.01"}
    )
    yield check(
        f"{table}_email_folded",
        {"customer_email": "ada@example.com"},
        {"customer_email": "Ada@example.com"},
        {"customer_email": ""},
    )


RULES = (
    unique(
        "coupons_code_unique",
        "code",
        given={"code": "TENOFF"},
        again={"code": "TenOff"},
        other={"code": "FIVEOFF"},
        ledger="S1-21",
    ),
    check("coupons_code_not_empty", {"code": "TENOFF"}, {"code": ""}),
    check("promotions_name_not_empty", {"name": "Summer sale"}, {"name": ""}),
    *same_of_both("coupons"),
    *same_of_both("promotions"),
    unique("coupon_products_unique", "coupon_id", "product_id"),
    unique("coupon_categories_unique", "coupon_id", "category_id"),
    unique("promotion_products_unique", "promotion_id", "product_id"),
    unique("promotion_categories_unique", "promotion_id", "category_id"),
    unique("coupon_usage_unique", "coupon_id", "order_id", ledger="S1-22"),
    unique("promotion_usage_unique", "promotion_id", "order_id"),
    *same_of_both_uses("coupon_usage"),
    *same_of_both_uses("promotion_usage"),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
