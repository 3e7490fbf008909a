from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from promotions import commands
from promotions.errors import CodeTaken, InvalidCoupon
from promotions.models import Coupon
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


def test_makes_a_percentage() -> None:
    commands.save_coupon(code=" SUMMER ", discount_value=Decimal("12.5"), usage_limit=3)

    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.discount_type) == ("SUMMER", "percentage")
    assert (coupon.discount_value, coupon.usage_limit) == (Decimal("12.50"), 3)


def test_changes_one_and_keeps_its_uses() -> None:
    coupon = factories.coupon(usage_limit=3)
    Coupon.objects.update(usage_count=2)

    commands.save_coupon(
        code="TENOFF", discount_value=Decimal(20), usage_limit=2, coupon_id=coupon.pk
    )

    coupon.refresh_from_db()
    assert (coupon.discount_value, coupon.usage_limit, coupon.usage_count) == (20, 2, 2)


def test_never_allows_less_than_was_used() -> None:
    coupon = factories.coupon(usage_limit=3)
    Coupon.objects.update(usage_count=2)
    before = books()

    with pytest.raises(InvalidCoupon) as refused:
        commands.save_coupon(
            code="TENOFF", discount_value=Decimal(20), usage_limit=1, coupon_id=coupon.pk
        )

    assert str(refused.value) == "It was used 2 times already; allow at least that."
    assert books() == before


@pytest.mark.parametrize(
    "facts",
    [
        {"discount_value": Decimal(0)},
        {"discount_value": Decimal("-5")},
        {"discount_value": Decimal("100.01")},
        {"usage_limit": 0},
        {"usage_limit": -1},
    ],
)
def test_refuses_a_coupon_that_makes_no_sense(facts: dict[str, Any]) -> None:
    with pytest.raises(InvalidCoupon) as refused:
        commands.save_coupon(**{"code": "X", "discount_value": Decimal(10), **facts})

    assert (refused.value.code, refused.value.status) == ("invalid_coupon", 400)
    assert not Coupon.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "  "},
        {"code": "X" * 51},
        {"code": "NUL\0"},
        {"code": "HALF/PRICE"},
        {"code": ".."},
        {"min_order_amount": Decimal("-0.01")},
        {"max_discount_amount": Decimal("-0.01")},
        {"starts_at": timezone.now(), "expires_at": timezone.now() - timedelta(days=1)},
    ],
    ids=["blank", "long", "nul", "slash", "dots", "minimum", "maximum", "dates"],
)
def test_refuses_what_makes_no_sense(wrong: dict[str, Any]) -> None:
    values: dict[str, Any] = {"code": "SUMMER", "discount_value": Decimal(10)}

    with pytest.raises(InvalidCoupon):
        commands.save_coupon(**{**values, **wrong})

    assert not Coupon.objects.exists()


def test_refuses_a_code_that_is_taken() -> None:
    coupon = factories.coupon("TENOFF")

    with pytest.raises(CodeTaken):
        commands.save_coupon(code="tenoff", discount_value=Decimal(10))

    assert list(Coupon.objects.all()) == [coupon]
