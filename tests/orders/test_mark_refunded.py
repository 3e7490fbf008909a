from decimal import Decimal

import pytest

from catalog.models import ProductVariant
from orders import commands
from orders.models import Order
from tests import factories

pytestmark = pytest.mark.django_db
TOTAL = Decimal("114.78")


@pytest.fixture
def paid(order: Order) -> Order:
    return commands.confirm(order_id=order.pk, amount=TOTAL)


def give_back(order: Order, amount: Decimal = TOTAL) -> None:
    commands.record_money(order_id=order.pk, paid=TOTAL, refunded=amount)


def test_releases_what_has_not_left(paid: Order, variant: ProductVariant) -> None:
    give_back(paid)

    commands.mark_refunded(order_id=paid.pk)

    order = Order.objects.get(pk=paid.pk)
    assert (order.status, order.payment_status) == ("refunded", "refunded")
    assert factories.figures(variant) == (10, 0)


def test_leaves_shipped_stock_shipped(paid: Order, variant: ProductVariant) -> None:
    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z999")
    give_back(paid)

    commands.mark_refunded(order_id=paid.pk)

    assert Order.objects.get(pk=paid.pk).status == "refunded"
    assert factories.figures(variant) == (8, 0)


def test_leaves_an_order_that_keeps_money(paid: Order, variant: ProductVariant) -> None:
    give_back(paid, TOTAL - Decimal("0.01"))

    commands.mark_refunded(order_id=paid.pk)

    assert Order.objects.get(pk=paid.pk).status == "confirmed"
    assert factories.figures(variant) == (10, 2)


def test_leaves_a_cancelled_order_cancelled(paid: Order) -> None:
    commands.cancel(order_id=paid.pk, reason="by staff")
    give_back(paid)

    commands.mark_refunded(order_id=paid.pk)

    order = Order.objects.get(pk=paid.pk)
    assert (order.status, order.payment_status) == ("cancelled", "refunded")


def test_is_safe_to_repeat(paid: Order) -> None:
    give_back(paid)
    commands.mark_refunded(order_id=paid.pk)
    steps = paid.history.count()

    commands.mark_refunded(order_id=paid.pk)

    assert paid.history.count() == steps
