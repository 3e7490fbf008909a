from decimal import Decimal

import pytest

from catalog.models import Product, ProductVariant
from inventory.models import InventoryReservation
from orders import commands
from orders.errors import OrderNotFound
from orders.models import Order
from promotions.models import CouponUsage
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@ledger("S0-19")
def test_cancels_the_order_and_gives_its_stock_back(order: Order, variant: ProductVariant) -> None:
    commands.expire(order_id=order.pk)

    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "expired")
    assert order.cancelled_at is not None
    assert order.has_expired
    assert factories.figures(variant) == (10, 0)
    assert InventoryReservation.objects.get().status == "expired"
    last = order.history.last()
    assert last is not None
    assert (last.from_status, last.to_status, last.notes) == ("pending", "cancelled", "expired")


def test_gives_the_coupon_back(variant: ProductVariant) -> None:
    coupon = factories.coupon("ONCE", usage_limit=1)
    order = factories.placed_order((variant, 1), code="ONCE")

    commands.expire(order_id=order.pk)

    coupon.refresh_from_db()
    assert coupon.usage_count == 0
    assert CouponUsage.objects.get().released_at is not None
    send_due()
    assert set(violations().values()) == {0}


def test_shows_the_product_in_stock_again(us_shipping: ShippingMethod) -> None:
    variant = factories.variant_on_sale(stock=1)
    order = factories.placed_order((variant, 1))

    commands.expire(order_id=order.pk)

    product = Product.objects.get(pk=variant.product_id)
    assert (product.stock_quantity, product.in_stock) == (1, True)


def test_is_safe_to_repeat(order: Order) -> None:
    commands.expire(order_id=order.pk)
    before = books()

    commands.expire(order_id=order.pk)

    assert books() == before


def test_leaves_a_paid_order_alone(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=Decimal("114.78"))
    before = books()

    commands.expire(order_id=order.pk)

    assert books() == before


def test_refuses_an_unknown_order() -> None:
    with pytest.raises(OrderNotFound):
        commands.expire(order_id=new_id())
