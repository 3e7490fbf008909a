from decimal import Decimal

import pytest

from catalog.models import ProductVariant
from inventory.errors import OutOfStock
from orders import commands
from orders.errors import PaymentDoesNotFit
from orders.models import Order
from promotions.models import CouponUsage, PromotionUsage
from shipping.models import ShippingMethod
from shopflow.lib.errors import InvalidTransition
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db
TOTAL = Decimal("114.78")


def test_confirms_an_expired_order_whose_stock_is_still_there(
    order: Order, variant: ProductVariant
) -> None:
    commands.expire(order_id=order.pk)

    commands.reopen(order_id=order.pk, amount=TOTAL)

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert (order.cancelled_at, order.cancel_reason) == (None, "")
    assert order.amount_paid == TOTAL
    assert factories.figures(variant) == (10, 2)
    statuses = list(order.items.get().reservations.order_by("id").values_list("status", flat=True))
    assert statuses == ["expired", "committed"]
    steps = list(order.history.values_list("from_status", "to_status"))
    assert steps[1:] == [("pending", "cancelled"), ("cancelled", "confirmed")]


def test_takes_the_coupon_again(variant: ProductVariant) -> None:
    coupon = factories.coupon("ONCE", usage_limit=1)
    order = factories.placed_order((variant, 1), code="ONCE")
    commands.expire(order_id=order.pk)

    commands.reopen(order_id=order.pk, amount=order.total)

    coupon.refresh_from_db()
    assert (coupon.usage_count, coupon.usage_limit) == (1, 1)
    assert CouponUsage.objects.get().released_at is None


def test_raises_the_limit_when_somebody_else_took_the_last_use(variant: ProductVariant) -> None:
    coupon = factories.coupon("ONCE", usage_limit=1)
    order = factories.placed_order((variant, 1), code="ONCE")
    commands.expire(order_id=order.pk)
    factories.placed_order((variant, 1), code="ONCE")

    commands.reopen(order_id=order.pk, amount=order.total)

    coupon.refresh_from_db()
    assert (coupon.usage_count, coupon.usage_limit) == (2, 2)


def test_changes_nothing_when_the_stock_is_gone(us_shipping: ShippingMethod) -> None:
    variant = factories.variant_on_sale(stock=1)
    factories.coupon("ONCE", usage_limit=1)
    order = factories.placed_order((variant, 1), code="ONCE")
    commands.expire(order_id=order.pk)
    factories.placed_order((variant, 1))
    before = books()

    with pytest.raises(OutOfStock):
        commands.reopen(order_id=order.pk, amount=order.total)

    assert books() == before


def test_leaves_alone_what_somebody_cancelled(order: Order) -> None:
    commands.cancel(order_id=order.pk, reason="changed my mind")
    before = books()

    with pytest.raises(InvalidTransition):
        commands.reopen(order_id=order.pk, amount=TOTAL)

    assert books() == before


def test_refuses_another_amount(order: Order) -> None:
    commands.expire(order_id=order.pk)
    before = books()

    with pytest.raises(PaymentDoesNotFit):
        commands.reopen(order_id=order.pk, amount=Decimal("114.00"))

    assert books() == before


def test_takes_the_offer_again_beyond_its_limits(variant: ProductVariant) -> None:
    sale = factories.promotion(usage_limit=1, usage_limit_per_user=1)
    order = factories.placed_order((variant, 1))
    commands.expire(order_id=order.pk)
    factories.placed_order((variant, 1))

    commands.reopen(order_id=order.pk, amount=order.total)

    sale.refresh_from_db()
    assert (sale.usage_count, sale.usage_limit) == (2, 2)
    assert set(PromotionUsage.objects.values_list("released_at", flat=True)) == {None}
