import pytest

from catalog.models import ProductVariant
from inventory import commands
from inventory.models import InventoryReservation
from orders.models import Order
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


def test_turns_held_units_into_committed_ones(order: Order, variant: ProductVariant) -> None:
    commands.commit(order_id=order.pk)

    reservation = InventoryReservation.objects.get()
    assert (reservation.status, reservation.expires_at) == ("committed", None)
    assert factories.figures(variant) == (10, 2)


def test_is_safe_to_repeat(order: Order) -> None:
    commands.commit(order_id=order.pk)
    before = books()

    commands.commit(order_id=order.pk)

    assert books() == before


def test_leaves_given_back_units_alone(order: Order) -> None:
    commands.release(order_id=order.pk)
    before = books()

    commands.commit(order_id=order.pk)

    assert books() == before
