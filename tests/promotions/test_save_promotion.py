from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from catalog.models import ProductVariant
from promotions import commands
from promotions.errors import InvalidCoupon, InvalidPromotion
from promotions.models import Coupon, Promotion
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db
MAKERS = pytest.mark.parametrize(
    ("make", "refused"),
    [(factories.coupon, InvalidCoupon), (factories.promotion, InvalidPromotion)],
    ids=["coupon", "promotion"],
)
Make = Callable[..., Coupon | Promotion]
UNITS = {"discount_type": "buy_x_get_y", "buy_quantity": 2, "get_quantity": 1}


def test_makes_one_with_all_its_terms() -> None:
    commands.save_promotion(
        name=" Summer sale ",
        discount_type="buy_x_get_y",
        discount_value=Decimal(50),
        buy_quantity=2,
        get_quantity=1,
        min_order_amount=Decimal(20),
        max_discount_amount=Decimal(100),
        usage_limit=9,
        usage_limit_per_user=2,
        starts_at=datetime(2026, 6, 1, tzinfo=UTC),
        expires_at=datetime(2026, 9, 1, tzinfo=UTC),
        is_active=False,
        stackable=True,
        priority=-3,
        description="Half of the third",
    )

    sale = Promotion.objects.get()
    assert (sale.name, sale.discount_type, sale.discount_value) == (
        "Summer sale",
        "buy_x_get_y",
        50,
    )
    assert (sale.buy_quantity, sale.get_quantity, sale.scope) == (2, 1, "order")
    assert (sale.min_order_amount, sale.max_discount_amount) == (20, 100)
    assert (sale.usage_limit, sale.usage_limit_per_user, sale.usage_count) == (9, 2, 0)
    assert (sale.starts_at, sale.expires_at) == (
        datetime(2026, 6, 1, tzinfo=UTC),
        datetime(2026, 9, 1, tzinfo=UTC),
    )
    assert (sale.is_active, sale.stackable, sale.priority) == (False, True, -3)
    assert sale.description == "Half of the third"


@MAKERS
@pytest.mark.parametrize(
    "terms",
    [
        {"discount_type": "percentage", "discount_value": Decimal("0.01")},
        {"discount_type": "percentage", "discount_value": Decimal(100)},
        {"discount_type": "fixed_amount", "discount_value": Decimal("9999999999.99")},
        {"discount_type": "free_shipping", "discount_value": Decimal(0)},
        {**UNITS, "discount_value": Decimal(100)},
        {"usage_limit": 1, "usage_limit_per_user": 1, "max_discount_amount": Decimal(0)},
    ],
)
def test_makes_every_kind(make: Make, refused: type, terms: dict[str, Any]) -> None:
    rule = make(**terms)

    rule.refresh_from_db()
    assert {name: getattr(rule, name) for name in terms} == terms


@MAKERS
@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"discount_type": "gift"}, "Choose what it takes off, and of what."),
        ({"scope": "moon"}, "Choose what it takes off, and of what."),
        ({"discount_value": Decimal(0)}, "A percentage is above 0 and at most 100."),
        ({"discount_value": Decimal("100.01")}, "A percentage is above 0 and at most 100."),
        (
            {"discount_type": "fixed_amount", "discount_value": Decimal(0)},
            "An amount to take off is above 0.",
        ),
        (
            {"discount_type": "fixed_amount", "discount_value": Decimal("1e10")},
            "An amount to take off is above 0.",
        ),
        (
            {"discount_type": "free_shipping", "discount_value": Decimal(1)},
            "Free shipping has no value of its own: leave it 0.",
        ),
        (
            {**UNITS, "discount_value": Decimal(0)},
            "A percentage is above 0 and at most 100.",
        ),
        (
            {**UNITS, "get_quantity": 0},
            "Say how many to buy and how many to get, each from 1 to 999.",
        ),
        (
            {**UNITS, "buy_quantity": None},
            "Say how many to buy and how many to get, each from 1 to 999.",
        ),
        (
            {**UNITS, "buy_quantity": 1000},
            "Say how many to buy and how many to get, each from 1 to 999.",
        ),
        ({"buy_quantity": 1}, "Only “buy x, get y” counts units."),
        ({"min_order_amount": Decimal("-0.01")}, "An amount is 0 or more."),
        ({"max_discount_amount": Decimal("-0.01")}, "An amount is 0 or more."),
        ({"min_order_amount": Decimal("1e10")}, "An amount is 0 or more."),
        (
            {"discount_value": Decimal("1.005")},
            "Amounts and percentages have at most two decimals.",
        ),
        ({"usage_limit": 0}, "A limit is 1 or more."),
        ({"usage_limit_per_user": 0}, "A limit is 1 or more."),
        ({"usage_limit": 2**31}, "This number is too large."),
        ({"priority": 2**31}, "This number is too large."),
        ({"description": "x" * 256}, "A description has up to 255 characters."),
        ({"description": "a\0b"}, "A description has up to 255 characters."),
        (
            {
                "starts_at": datetime(2026, 6, 1, tzinfo=UTC),
                "expires_at": datetime(2026, 6, 1, tzinfo=UTC),
            },
            "It ends after it starts.",
        ),
        ({"scope": "products"}, "Choose at least one product or category that it is for."),
        (
            {"scope": "categories", "category_ids": [new_id()]},
            "Choose at least one product or category that it is for.",
        ),
    ],
)
def test_refuses_terms_that_make_no_sense(
    make: Make, refused: type[Exception], terms: dict[str, Any], sentence: str
) -> None:
    before = books()

    with pytest.raises(refused) as why:
        make(**terms)

    assert str(why.value) == sentence
    assert books() == before
    assert not Coupon.objects.exists()
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b"])
def test_refuses_a_name_that_is_none(name: str) -> None:
    with pytest.raises(InvalidPromotion) as refused:
        factories.promotion(name)

    assert (refused.value.code, refused.value.status) == ("invalid_promotion", 400)
    assert not Promotion.objects.exists()


@MAKERS
def test_keeps_exactly_the_things_it_is_for(
    variant: ProductVariant, make: Make, refused: type
) -> None:
    second, third = factories.variant_on_sale(), factories.variant_on_sale()
    shelf = factories.category("Shelf")
    rule = make(scope="products", product_ids=[variant.product_id, second.product_id])
    kept = rule.products.get(product=second.product_id)
    key = "coupon_id" if isinstance(rule, Coupon) else "promotion_id"

    make(scope="products", product_ids=[second.product_id, third.product_id], **{key: rule.pk})

    assert set(rule.products.values_list("product", flat=True)) == {
        second.product_id,
        third.product_id,
    }
    assert rule.products.filter(pk=kept.pk).exists()

    make(scope="categories", category_ids=[shelf.pk], **{key: rule.pk})
    assert not rule.products.exists()
    assert rule.categories.get().category == shelf

    make(**{key: rule.pk})
    rule.refresh_from_db()
    assert (rule.scope, rule.categories.count()) == ("order", 0)


@MAKERS
def test_never_allows_less_than_was_used(make: Make, refused: type[Exception]) -> None:
    rule = make(usage_limit=3)
    type(rule).objects.update(usage_count=2)
    key = "coupon_id" if isinstance(rule, Coupon) else "promotion_id"

    with pytest.raises(refused) as why:
        make(usage_limit=1, **{key: rule.pk})

    assert str(why.value) == "It was used 2 times already; allow at least that."
    rule.refresh_from_db()
    assert rule.usage_limit == 3
