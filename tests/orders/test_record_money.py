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


@pytest.mark.parametrize(
    ("money_back", "payment_status"),
    [("0.00", "paid"), ("14.78", "partially_refunded"), ("114.78", "refunded")],
)
def test_says_how_much_went_back(paid: Order, money_back: str, payment_status: str) -> None:
    commands.record_money(order_id=paid.pk, paid=TOTAL, refunded=Decimal(money_back))

    order = Order.objects.get(pk=paid.pk)
    assert (order.amount_paid, order.amount_refunded) == (TOTAL, Decimal(money_back))
    assert order.payment_status == payment_status


def test_money_on_its_way_back_leaves_the_order_and_its_stock(
    paid: Order, variant: ProductVariant
) -> None:
    commands.record_money(order_id=paid.pk, paid=TOTAL, refunded=TOTAL)

    assert Order.objects.get(pk=paid.pk).status == "confirmed"
    assert factories.figures(variant) == (10, 2)


def test_is_safe_to_repeat(paid: Order) -> None:
    commands.record_money(order_id=paid.pk, paid=TOTAL, refunded=TOTAL)
    steps = paid.history.count()

    commands.record_money(order_id=paid.pk, paid=TOTAL, refunded=TOTAL)

    assert paid.history.count() == steps
    assert Order.objects.get(pk=paid.pk).payment_status == "refunded"
