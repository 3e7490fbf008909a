from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from carts import commands
from carts.models import Cart, CartCoupon
from catalog.models import ProductVariant
from promotions.errors import CouponRefused
from promotions.models import Coupon
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def cart(variant: ProductVariant) -> Cart:
    return factories.cart_with((variant, 2))


@pytest.mark.parametrize("code", ["TENOFF", "tenoff", "  TenOff "])
def test_enters_the_code_however_it_is_typed(cart: Cart, code: str) -> None:
    coupon = factories.coupon("TENOFF")

    commands.enter_coupon(cart_id=cart.pk, code=code)

    assert CartCoupon.objects.get().coupon == coupon
    assert factories.quote(cart).discount == 10


def test_is_safe_to_repeat(cart: Cart) -> None:
    factories.coupon("TENOFF")
    commands.enter_coupon(cart_id=cart.pk, code="TENOFF")

    commands.enter_coupon(cart_id=cart.pk, code="tenoff")

    assert CartCoupon.objects.count() == 1


@pytest.mark.parametrize("code", ["", " ", "NOSUCH", "x" * 51, "TEN\0OFF", "%", "TENOF_"])
def test_refuses_an_unknown_code(cart: Cart, code: str) -> None:
    factories.coupon("TENOFF")
    before = books()

    with pytest.raises(CouponRefused) as refused:
        commands.enter_coupon(cart_id=cart.pk, code=code)

    assert (refused.value.code, refused.value.status) == ("coupon_refused", 409)
    assert str(refused.value) == "This code isn't valid."
    assert books() == before


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"is_active": False}, "This code isn't valid any more."),
        ({"starts_at": timedelta(hours=1)}, "This code isn't valid yet."),
        ({"expires_at": timedelta(hours=-1)}, "This code has expired."),
        (
            {"min_order_amount": Decimal("100.01")},
            "This code needs an order of at least $100.01.",
        ),
    ],
)
def test_says_why_a_code_cannot_be_used(cart: Cart, facts: dict[str, Any], why: str) -> None:
    now = timezone.now()
    moments = {name: now + value for name, value in facts.items() if isinstance(value, timedelta)}
    factories.coupon("TENOFF", **facts | moments)
    before = books()

    with pytest.raises(CouponRefused) as refused:
        commands.enter_coupon(cart_id=cart.pk, code="TENOFF")

    assert str(refused.value) == why
    assert books() == before


def test_refuses_a_code_that_is_used_up(cart: Cart, variant: ProductVariant) -> None:
    factories.coupon("ONCE", usage_limit=1)
    factories.placed_order((variant, 1), code="ONCE")

    with pytest.raises(CouponRefused) as refused:
        commands.enter_coupon(cart_id=cart.pk, code="ONCE")

    assert str(refused.value) == "This code has been used up."


def test_takes_one_code_per_cart(cart: Cart) -> None:
    factories.coupon("TENOFF")
    factories.coupon("HALF", percent=50)
    commands.enter_coupon(cart_id=cart.pk, code="TENOFF")

    with pytest.raises(CouponRefused) as refused:
        commands.enter_coupon(cart_id=cart.pk, code="HALF")

    assert str(refused.value) == "One code per order: remove TENOFF first."
    assert CartCoupon.objects.get().coupon.code == "TENOFF"


def test_takes_the_next_code_when_the_first_is_out(cart: Cart) -> None:
    factories.coupon("TENOFF")
    factories.coupon("HALF", percent=50)
    commands.enter_coupon(cart_id=cart.pk, code="TENOFF")

    commands.remove_coupon(cart_id=cart.pk, code="tenoff")
    commands.remove_coupon(cart_id=cart.pk, code="tenoff")
    commands.enter_coupon(cart_id=cart.pk, code="HALF")

    assert factories.quote(cart).discount == 50


def test_does_not_use_the_coupon_yet(cart: Cart) -> None:
    factories.coupon("ONCE", usage_limit=1)

    commands.enter_coupon(cart_id=cart.pk, code="ONCE")

    assert Coupon.objects.get().usage_count == 0
