from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.db.models import F

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.errors import QuoteChanged
from orders.models import Order
from promotions import commands as promotions
from promotions.errors import CouponRefused
from promotions.models import Coupon, CouponUsage
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.races.guards import without_constraint
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
BUYERS = 4
TOTAL = Decimal("54.89")  # 45.00 + 5.90 + 3.99 tax


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def rounds(plenty: ProductVariant, running: Runners) -> Iterator[list[object]]:
    """Let all buyers use a coupon that has one use left; yield what came of each."""
    for number in range(ROUNDS):
        code = f"ONCE{number}"
        factories.coupon(code, usage_limit=1)
        carts = [factories.cart_with((plenty, 1), code=code) for _ in range(BUYERS)]
        jobs = (partial(factories.check_out, cart, expected_total=TOTAL) for cart in carts)
        yield list(running.race(*jobs))


def test_one_buyer_gets_the_discount(plenty: ProductVariant) -> None:
    before = deadlocks()

    with runners(BUYERS) as running:
        for results in rounds(plenty, running):
            orders = [result for result in results if isinstance(result, Order)]
            losers = [r for r in results if isinstance(r, CouponRefused | QuoteChanged)]
            assert (len(orders), len(losers)) == (1, BUYERS - 1)
            assert {loser.status for loser in losers} == {409}

    assert set(Coupon.objects.values_list("usage_count", flat=True)) == {1}
    assert CouponUsage.objects.count() == Order.objects.count() == ROUNDS
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_the_conditional_update_it_is_used_twice(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotions, "redeem", _check_then_write)
    most = 0

    with (
        without_constraint(table="coupons", name="coupons_within_limit"),
        runners(BUYERS) as running,
    ):
        for results in rounds(plenty, running):
            most = max(most, sum(isinstance(result, Order) for result in results))
            if most > 1:
                break
        broken = violations(instant_only=True)["coupon_uses_equal_count"]

    assert most > 1
    assert broken == 1


def _check_then_write(
    *,
    order_id: UUID,
    email: str,
    user_id: UUID | None,
    coupons: Mapping[UUID, Decimal],
    promotions: Mapping[UUID, Decimal],
) -> None:
    for coupon_id, amount in coupons.items():
        coupon = Coupon.objects.get(pk=coupon_id)
        if coupon.usage_limit is not None and coupon.usage_count >= coupon.usage_limit:
            raise CouponRefused
        Coupon.objects.filter(pk=coupon_id).update(usage_count=F("usage_count") + 1)
        CouponUsage.objects.create(
            coupon_id=coupon_id,
            order_id=order_id,
            discount_amount=amount,
            customer_email=email,
            user_id=user_id,
        )
