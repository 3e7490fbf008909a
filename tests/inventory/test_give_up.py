import pytest

from catalog.models import ProductVariant
from inventory import commands
from inventory.errors import UnitsNotCommitted
from inventory.models import InventoryReservation
from orders.models import Order
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(order: Order) -> Order:
    commands.commit(order_id=order.pk)
    return order


@pytest.mark.parametrize(("units", "reserved"), [(1, 1), (2, 0)])
def test_sells_the_units_again(
    committed: Order, variant: ProductVariant, units: int, reserved: int
) -> None:
    commands.give_up(order_id=committed.pk, units={committed.items.get().pk: units})

    assert factories.figures(variant) == (10, reserved)
    released = InventoryReservation.objects.get(status="released")
    assert released.quantity == units


def test_brings_a_sold_out_product_back(us_shipping: object) -> None:
    last = factories.variant_on_sale(stock=2)
    order = factories.placed_order((last, 2))
    commands.commit(order_id=order.pk)
    commands.publish(variant_ids=[last.pk])
    last.product.refresh_from_db()
    before = last.product.in_stock

    commands.give_up(order_id=order.pk, units={order.items.get().pk: 1})

    last.product.refresh_from_db()
    assert (before, last.product.in_stock) == (False, True)


def test_refuses_more_than_is_left(committed: Order) -> None:
    line = committed.items.get().pk
    commands.fulfil(order_id=committed.pk, units={line: 1})
    before = books()

    with pytest.raises(UnitsNotCommitted):
        commands.give_up(order_id=committed.pk, units={line: 2})

    assert books() == before
