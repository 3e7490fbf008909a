from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import ProductVariant
from orders.models import Order
from promotions import commands
from promotions.errors import CouponRefused, DiscountRefused, InvalidCoupon, PromotionRefused
from promotions.models import Coupon, CouponUsage, Promotion, PromotionUsage
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

    # Its row says nothing of it, so that no order waits for another's.
    assert count(coupon) == 0
    assert CouponUsage.objects.get().coupon == coupon


def test_a_first_limit_counts_what_was_used_before(order: Order) -> None:
    coupon = factories.coupon()
    redeem(coupon, order)

    limited = commands.save_coupon(
        code=coupon.code, discount_value=coupon.discount_value, usage_limit=1, coupon_id=coupon.pk
    )
    assert (limited.usage_count, count(coupon)) == (1, 1)

    free = commands.save_coupon(
        code=coupon.code, discount_value=coupon.discount_value, coupon_id=coupon.pk
    )
    assert (free.usage_count, free.usage_limit) == (0, None)


def test_a_first_limit_below_what_was_used_is_refused(
    order: Order, variant: ProductVariant
) -> None:
    coupon = factories.coupon()
    for one in (order, factories.placed_order((variant, 1))):
        redeem(coupon, one)

    with pytest.raises(InvalidCoupon, match="It was used 2 times already"):
        commands.save_coupon(
            code=coupon.code,
            discount_value=coupon.discount_value,
            usage_limit=1,
            coupon_id=coupon.pk,
        )

    assert count(coupon) == 0


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


def use_up(rule: Coupon | Promotion, order: Order, **who: Any) -> None:
    name = "coupons" if isinstance(rule, Coupon) else "promotions"
    facts = {"email": order.customer_email, name: {rule.pk: Decimal("5.00")}}
    commands.redeem(order_id=order.pk, **{**facts, **who})


@pytest.mark.parametrize("make", [factories.coupon, factories.promotion])
def test_refuses_a_customer_whose_uses_are_gone(
    variant: ProductVariant, make: Callable[..., Coupon | Promotion]
) -> None:
    ada = factories.UserFactory.create(email="ada@example.com")
    first, second, third, fourth = (factories.placed_order((variant, 1)) for _ in range(4))
    rule = make(usage_limit_per_user=1)
    use_up(rule, first, email="Ada@example.com")
    before = books()

    for who in ({"email": "ADA@EXAMPLE.COM"}, {"email": "ada@example.com", "user_id": ada.pk}):
        with pytest.raises(DiscountRefused) as refused:
            use_up(rule, second, **who)
        assert "as often as you can" in str(refused.value)
        assert refused.value.status == 409
    assert books() == before

    use_up(rule, third, email="bob@example.com", user_id=ada.pk)
    with pytest.raises(DiscountRefused):
        use_up(rule, fourth, email="carol@example.com", user_id=ada.pk)
    assert type(rule).objects.get().usage_count == 2


def test_allows_a_customer_whose_use_was_given_back(variant: ProductVariant) -> None:
    rule = factories.coupon(usage_limit_per_user=1)
    first, second = (factories.placed_order((variant, 1)) for _ in range(2))
    use_up(rule, first)
    commands.give_back(order_id=first.pk)

    use_up(rule, second)

    assert count(rule) == 1


def test_takes_a_promotion_and_gives_it_back(order: Order) -> None:
    sale = factories.promotion(usage_limit=1)

    use_up(sale, order)
    [use] = PromotionUsage.objects.all()
    assert (use.promotion, use.discount_amount) == (sale, 5)
    assert Promotion.objects.get().usage_count == 1
    for _ in range(2):
        commands.give_back(order_id=order.pk)
        assert Promotion.objects.get().usage_count == 0
    for _ in range(2):
        commands.take_again(order_id=order.pk)
        assert Promotion.objects.get().usage_count == 1


def test_take_again_grows_the_limit_of_a_promotion(variant: ProductVariant) -> None:
    sale = factories.promotion(usage_limit=1)
    first = factories.placed_order((variant, 1))
    commands.give_back(order_id=first.pk)
    factories.placed_order((variant, 1))

    commands.take_again(order_id=first.pk)

    sale.refresh_from_db()
    assert (sale.usage_count, sale.usage_limit) == (2, 2)


def test_refuses_a_promotion_that_is_used_up(order: Order) -> None:
    sale = factories.promotion(usage_limit=1)
    Promotion.objects.update(usage_count=1)
    before = books()

    with pytest.raises(PromotionRefused) as refused:
        use_up(sale, order)

    assert (refused.value.code, refused.value.status) == ("promotion_refused", 409)
    assert books() == before


def test_uses_nothing_when_nothing_applied(order: Order) -> None:
    before = books()

    commands.redeem(order_id=order.pk, email=order.customer_email)

    assert books() == before
