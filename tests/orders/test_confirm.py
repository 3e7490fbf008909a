from decimal import Decimal

import pytest

from catalog.models import ProductVariant
from inventory.models import InventoryReservation
from orders import commands
from orders.errors import OrderNotFound, PaymentDoesNotFit
from orders.models import Order
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
TOTAL = Decimal("114.78")


def test_marks_the_order_paid_and_commits_its_stock(order: Order, variant: ProductVariant) -> None:
    commands.confirm(order_id=order.pk, amount=TOTAL)

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert order.amount_paid == TOTAL
    assert order.confirmed_at is not None
    reservation = InventoryReservation.objects.get()
    assert (reservation.status, reservation.expires_at) == ("committed", None)
    assert factories.figures(variant) == (10, 2)
    steps = list(order.history.values_list("from_status", "to_status"))
    assert steps == [("", "pending"), ("pending", "confirmed")]


def test_is_safe_to_repeat(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=TOTAL)
    before = books()

    repeated = commands.confirm(order_id=order.pk, amount=TOTAL)

    assert repeated.status == "confirmed"
    assert books() == before


@ledger("S2-57")
@pytest.mark.parametrize("amount", [Decimal("114.77"), Decimal("114.79"), Decimal(0)])
def test_refuses_another_amount(order: Order, amount: Decimal) -> None:
    before = books()

    with pytest.raises(PaymentDoesNotFit):
        commands.confirm(order_id=order.pk, amount=amount)

    assert books() == before


def test_refuses_a_second_payment(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=TOTAL)
    before = books()

    with pytest.raises(InvalidTransition):
        commands.confirm(order_id=order.pk, amount=Decimal("1.00"))

    assert books() == before


def test_refuses_a_cancelled_order(order: Order) -> None:
    commands.cancel(order_id=order.pk, reason="changed my mind")
    before = books()

    with pytest.raises(InvalidTransition):
        commands.confirm(order_id=order.pk, amount=TOTAL)

    assert books() == before


def test_refuses_an_unknown_order() -> None:
    with pytest.raises(OrderNotFound):
        commands.confirm(order_id=new_id(), amount=TOTAL)
