from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.models import Order
from promotions import commands
from promotions.errors import CouponRefused
from promotions.models import Coupon, CouponUsage
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


def redeem(coupon: Coupon, order: Order) -> CouponUsage:
    commands.redeem(
        order_id=order.pk, email=order.customer_email, coupons={coupon.pk: Decimal("5.00")}
    )
    return CouponUsage.objects.get(order=order, coupon=coupon)


def count(coupon: Coupon) -> int:
    return Coupon.objects.get(pk=coupon.pk).usage_count


@ledger("S1-22")
def test_takes_one_use(order: Order) -> None:
    coupon = factories.coupon(usage_limit=1)

    use = redeem(coupon, order)

    assert count(coupon) == 1
    assert (use.coupon, use.order, use.discount_amount) == (coupon, order, 5)


def test_folds_the_email_because_limits_count_by_it(order: Order) -> None:
    coupon = factories.coupon()

    commands.redeem(
        order_id=order.pk, email="Ada@Example.COM", coupons={coupon.pk: Decimal("5.00")}
    )

    assert CouponUsage.objects.get().customer_email == "ada@example.com"


def test_takes_any_number_without_a_limit(order: Order) -> None:
    coupon = factories.coupon()

    redeem(coupon, order)

    assert count(coupon) == 1


def test_refuses_when_the_uses_are_gone(order: Order) -> None:
    coupon = factories.coupon(usage_limit=1)
    Coupon.objects.update(usage_count=1)
    before = books()

    with pytest.raises(CouponRefused) as refused:
        redeem(coupon, order)

    assert str(refused.value) == "This code has just been used up."
    assert books() == before


@pytest.mark.parametrize("hours", [-1, 1])
def test_refuses_outside_its_time(order: Order, hours: int) -> None:
    coupon = factories.coupon()
    moment = timezone.now() + timedelta(hours=hours)
    Coupon.objects.update(**{"expires_at" if hours < 0 else "starts_at": moment})

    with pytest.raises(CouponRefused):
        redeem(coupon, order)

    assert count(coupon) == 0


def test_give_back_is_safe_to_repeat(order: Order) -> None:
    coupon = factories.coupon(usage_limit=1)
    use = redeem(coupon, order)

    commands.give_back(order_id=order.pk)
    commands.give_back(order_id=order.pk)

    use.refresh_from_db()
    assert use.released_at is not None
    assert count(coupon) == 0


def test_take_again_is_safe_to_repeat(order: Order) -> None:
    coupon = factories.coupon(usage_limit=1)
    use = redeem(coupon, order)
    commands.give_back(order_id=order.pk)

    commands.take_again(order_id=order.pk)
    commands.take_again(order_id=order.pk)

    use.refresh_from_db()
    assert use.released_at is None
    assert count(coupon) == 1


def test_take_again_leaves_an_unlimited_coupon_unlimited(order: Order) -> None:
    coupon = factories.coupon()
    redeem(coupon, order)
    commands.give_back(order_id=order.pk)

    commands.take_again(order_id=order.pk)

    assert Coupon.objects.get().usage_limit is None
