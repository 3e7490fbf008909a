from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from promotions.models import Coupon
from promotions.queries import in_words, summary, with_things
from tests import factories

ALONE = "not together with others"


@pytest.mark.parametrize(
    ("terms", "things", "said"),
    [
        ({}, [], f"10 % off, {ALONE}"),
        ({"discount_value": Decimal("12.50"), "stackable": True}, [], "12.5 % off"),
        (
            {
                "scope": "categories",
                "min_order_amount": Decimal(50),
                "usage_limit_per_user": 1,
                "stackable": True,
            },
            ["Shoes"],
            "10 % off Shoes, from $50.00, once per customer",
        ),
        (
            {
                "discount_type": "fixed_amount",
                "discount_value": Decimal(5),
                "usage_limit": 1,
                "usage_limit_per_user": 3,
                "stackable": True,
            },
            [],
            "$5.00 off, 3 times per customer, once in all",
        ),
        (
            {
                "discount_type": "free_shipping",
                "discount_value": Decimal(0),
                "max_discount_amount": Decimal(6),
                "usage_limit": 20,
                "stackable": True,
            },
            [],
            "free shipping, $6.00 at most, 20 times in all",
        ),
        (
            {
                "discount_type": "buy_x_get_y",
                "discount_value": Decimal(100),
                "buy_quantity": 2,
                "get_quantity": 1,
                "stackable": True,
                "starts_at": datetime(2026, 6, 1, tzinfo=UTC),
                "expires_at": datetime(2026, 9, 1, 12, tzinfo=UTC),
            },
            [],
            "buy 2, get 1 free, from 2026-06-01 00:00 UTC, until 2026-09-01 12:00 UTC",
        ),
        (
            {
                "discount_type": "buy_x_get_y",
                "discount_value": Decimal(50),
                "buy_quantity": 1,
                "get_quantity": 1,
                "scope": "products",
                "stackable": True,
            },
            [],
            "buy 1, get 1 for 50 % less nothing yet",
        ),
    ],
)
def test_say_all_of_a_rule_in_a_line(terms: dict[str, Any], things: list[str], said: str) -> None:
    rule = Coupon(code="C", **{"discount_value": Decimal(10), **terms})

    with translation.override("en"):
        assert summary(rule=rule, currency="USD", things=things) == said


@pytest.mark.django_db
def test_name_a_few_of_the_things() -> None:
    shelves = [factories.category(f"Shelf{number}") for number in range(5)]
    factories.coupon(
        scope="categories", category_ids=[shelf.pk for shelf in shelves], stackable=True
    )

    [rule] = with_things(rows=Coupon.objects.all())

    first, second, third = sorted(shelves, key=lambda shelf: shelf.pk)[:3]
    assert in_words(rule=rule, currency="USD") == (
        f"10 % off {first.name}, {second.name}, {third.name}, more"
    )
