from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders import commands
from orders.errors import OrderNotFound
from orders.models import Order
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.ids import new_id
from tests.books import books

pytestmark = pytest.mark.django_db


def test_notes_that_the_parcel_arrived(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=Decimal("114.78"))
    commands.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")

    commands.deliver(order_id=order.pk)

    order.refresh_from_db()
    shipment = order.shipments.get()
    assert (order.status, shipment.status) == ("delivered", "delivered")
    assert order.delivered_at == shipment.delivered_at
    assert order.delivered_at is not None


def test_refuses_what_has_not_left(order: Order) -> None:
    before = books()

    with pytest.raises(InvalidTransition):
        commands.deliver(order_id=order.pk)

    assert books() == before


def test_refuses_an_unknown_order() -> None:
    with pytest.raises(OrderNotFound):
        commands.deliver(order_id=new_id())


def test_takes_a_clock_that_is_behind(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=Decimal("114.78"))
    commands.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")
    ahead = timezone.now() + timedelta(minutes=10)
    Order.objects.filter(pk=order.pk).update(shipped_at=ahead)

    commands.deliver(order_id=order.pk)

    order.refresh_from_db()
    assert (order.status, order.delivered_at) == ("delivered", ahead)
