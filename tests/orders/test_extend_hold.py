from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from inventory.models import InventoryReservation
from orders import commands
from orders.errors import OrderNotFound
from orders.models import Order
from orders.queries import is_overdue
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def held_until() -> timedelta:
    """For how long after the order its units are held."""
    hold = InventoryReservation.objects.get()
    assert hold.expires_at is not None
    return hold.expires_at - Order.objects.get().placed_at


def test_holds_for_another_window(order: Order) -> None:
    with time_machine.travel(order.placed_at + 10 * MINUTE, tick=False):
        commands.extend_hold(order_id=order.pk)

    assert held_until() == 25 * MINUTE


def test_ends_an_hour_after_the_order(order: Order) -> None:
    for minutes in (14, 28, 42, 56):
        with time_machine.travel(order.placed_at + minutes * MINUTE, tick=False):
            commands.extend_hold(order_id=order.pk)

    assert held_until() == 60 * MINUTE


def test_never_shortens(order: Order) -> None:
    later = order.placed_at + 40 * MINUTE
    InventoryReservation.objects.update(expires_at=later)

    commands.extend_hold(order_id=order.pk)

    assert held_until() == 40 * MINUTE


def test_leaves_a_closed_order_alone(order: Order) -> None:
    factories.cancel(order)
    before = books()

    commands.extend_hold(order_id=order.pk)

    assert books() == before


def test_refuses_an_unknown_order() -> None:
    with pytest.raises(OrderNotFound):
        commands.extend_hold(order_id=new_id())


def test_an_order_held_again_is_not_expired(order: Order) -> None:
    InventoryReservation.objects.update(expires_at=timezone.now() - MINUTE)
    assert is_overdue(order.pk)
    commands.extend_hold(order_id=order.pk)

    commands.expire(order_id=order.pk, only_overdue=True)

    order.refresh_from_db()
    assert order.status == "pending"
    assert not is_overdue(order.pk)
