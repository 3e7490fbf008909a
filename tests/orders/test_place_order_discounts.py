from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carts.models import Cart, CartCoupon
from carts.queries import total_of_trace
from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.errors import QuoteChanged
from orders.models import Order
from promotions.models import Coupon, CouponUsage, Promotion, PromotionUsage
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db
FREE: dict[str, Any] = {"discount_type": "free_shipping", "discount_value": Decimal(0)}
# Issue "The sale": a place-order command of three lines.
MOST_STATEMENTS = 25


def statements(cart: Cart) -> list[str]:
    """What one place-order command says to the database, the tests' savepoints left out."""
    total = factories.quote(cart, email=factories.EMAIL).total
    with CaptureQueriesContext(connection) as captured:
        factories.check_out(cart, expected_total=total)
    said = [query["sql"] for query in captured]
    return [sql for sql in said if not sql.startswith(("SAVEPOINT", "RELEASE"))]


def test_uses_codes_and_offers_together(variant: ProductVariant) -> None:
    coupon = factories.coupon("TENOFF", stackable=True, usage_limit=3, usage_limit_per_user=1)
    sale = factories.promotion("Summer sale", stackable=True, priority=-1, percent=50)

    order = factories.placed_order((variant, 2), code="TENOFF")

    # 100 − 50 − 5 = 45; tax 3.99375; 45 + 5.90 + 3.99
    assert (order.discount_total, order.total) == (55, Decimal("54.89"))
    assert order.coupon_code == "TENOFF"
    lines = order.discount_lines.order_by("id").values_list("code", "description", "amount")
    assert list(lines) == [("", "Summer sale", 50), ("TENOFF", "10 % off", 5)]
    [use] = PromotionUsage.objects.all()
    assert (use.promotion, use.order, use.discount_amount) == (sale, order, 50)
    assert (use.customer_email, use.user, use.released_at) == ("ada@example.com", None, None)
    assert CouponUsage.objects.get().coupon == coupon
    # The sale has no limit: its uses are rows of their own and nothing else.
    assert (Coupon.objects.get().usage_count, Promotion.objects.get().usage_count) == (1, 0)


def test_ships_for_nothing_and_says_so(variant: ProductVariant) -> None:
    factories.coupon("FREE", **FREE)

    order = factories.placed_order((variant, 2), code="FREE")

    order = Order.objects.get(pk=order.pk)
    assert (order.shipping_cost, order.discount_total) == (Decimal("5.90"), Decimal("5.90"))
    assert order.total == Decimal("108.88")
    assert order.items.get().discount_amount == 0
    assert total_of_trace(order.price_trace) == order.total
    assert CouponUsage.objects.get().discount_amount == Decimal("5.90")
    inventory.publish(variant_ids=[variant.pk])
    send_due()
    assert set(violations().values()) == {0}


def test_stores_a_trace_that_says_what_did_not_apply(variant: ProductVariant) -> None:
    factories.promotion("Dear", min_order_amount=Decimal(500))

    order = factories.placed_order((variant, 1))

    order = Order.objects.get(pk=order.pk)
    assert total_of_trace(order.price_trace) == order.total
    [step] = [step for step in order.price_trace if step["rule"] == "promotion"]
    assert (step["name"], step["reason"], step["adds"]) == ("Dear", "below_minimum", "0.00")
    assert not PromotionUsage.objects.exists()


def test_leaves_every_invariant_true(variant: ProductVariant) -> None:
    factories.promotion(stackable=True, usage_limit=5)
    factories.coupon(stackable=True, usage_limit_per_user=5)

    order = factories.placed_order((variant, 2), code="TENOFF")
    inventory.publish(variant_ids=[variant.pk])
    send_due()

    assert set(violations().values()) == {0}
    factories.cancel(order)
    inventory.publish(variant_ids=[variant.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert (Coupon.objects.get().usage_count, Promotion.objects.get().usage_count) == (0, 0)


def test_refuses_a_customer_who_has_had_theirs(variant: ProductVariant) -> None:
    factories.coupon("ONCE", usage_limit_per_user=1)
    factories.placed_order((variant, 1), code="ONCE")
    cart = factories.cart_with((variant, 1), code="ONCE")
    before = books()

    # Who it is, the shop learns from the address at checkout.
    seen = factories.quote(cart).total
    with pytest.raises(QuoteChanged) as refused:
        factories.check_out(cart, expected_total=seen)

    [coupon] = refused.value.quote.coupons
    assert (coupon.reason, coupon.amount) == ("used_by_you", 0)
    assert books() == before
    factories.check_out(cart, email="bob@example.com", expected_total=seen)
    assert CouponUsage.objects.count() == 2


def test_takes_so_many_statements(us_shipping: ShippingMethod) -> None:
    variants = [factories.variant_on_sale() for _ in range(3)]
    lines = [(variant, 1) for variant in variants]
    coupon = factories.coupon(stackable=True, usage_limit=9, usage_limit_per_user=9)
    cart, other = factories.cart_with(*lines), factories.cart_with(*lines)
    CartCoupon.objects.create(cart=cart, coupon=coupon)
    CartCoupon.objects.create(cart=other, coupon=coupon)

    plain, with_code = statements(factories.cart_with(*lines)), statements(cart)
    factories.promotion(stackable=True)
    with_both = statements(other)

    # A use counted, the customer's uses looked at, the use written, and one insert of what was
    # taken off; an offer without limits has its row looked at and its use written.
    assert (len(plain), len(with_code), len(with_both)) == (21, 25, 27)
    assert len(with_code) <= MOST_STATEMENTS


@pytest.mark.parametrize("limits", [{}, {"usage_limit": 9}], ids=["unlimited", "limited"])
def test_locks_an_offers_row_only_where_uses_are_counted(
    variant: ProductVariant, limits: dict[str, Any]
) -> None:
    factories.promotion(**limits)

    said = statements(factories.cart_with((variant, 1)))

    [taken] = [sql for sql in said if "FOR SHARE" in sql and '"promotions"' in sql]
    assert Promotion.objects.get().usage_count == len(limits)
    assert PromotionUsage.objects.count() == 1
    assert taken.index("FOR SHARE") < taken.index("UPDATE")
