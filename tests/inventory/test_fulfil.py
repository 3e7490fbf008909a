import pytest

from catalog.models import ProductVariant
from inventory import commands
from inventory.errors import UnitsNotCommitted, UnitsNotHere
from inventory.models import InventoryReservation, InventoryTransaction
from orders.models import Order
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(order: Order) -> Order:
    commands.commit(order_id=order.pk)
    return order


def test_takes_committed_units_out(committed: Order, variant: ProductVariant) -> None:
    commands.fulfil(order_id=committed.pk)

    assert factories.figures(variant) == (8, 0)
    assert InventoryReservation.objects.get().status == "fulfilled"
    sale = InventoryTransaction.objects.get(type="sale")
    assert (sale.quantity_change, sale.quantity_after) == (-2, 8)
    assert (sale.order, sale.created_by) == (committed, None)


def test_is_safe_to_repeat(committed: Order) -> None:
    commands.fulfil(order_id=committed.pk)
    before = books()

    commands.fulfil(order_id=committed.pk)

    assert books() == before


def test_leaves_unpaid_units_where_they_are(order: Order) -> None:
    before = books()

    commands.fulfil(order_id=order.pk)

    assert books() == before


def test_waits_for_units_that_were_sold_ahead(variant: ProductVariant) -> None:
    commands.allow_backorders(variant_id=variant.pk, limit=5)
    order = factories.placed_order((variant, 12))
    commands.commit(order_id=order.pk)
    before = books()

    with pytest.raises(UnitsNotHere):
        commands.fulfil(order_id=order.pk)

    assert books() == before


def test_takes_out_a_part(committed: Order, variant: ProductVariant) -> None:
    commands.fulfil(order_id=committed.pk, units={committed.items.get().pk: 1})

    assert factories.figures(variant) == (9, 1)
    rows = InventoryReservation.objects.values_list("status", "quantity")
    assert sorted(rows) == [("committed", 1), ("fulfilled", 1)]
    assert InventoryTransaction.objects.get(type="sale").quantity_change == -1


def test_takes_out_no_more_than_is_committed(committed: Order) -> None:
    before = books()

    with pytest.raises(UnitsNotCommitted):
        commands.fulfil(order_id=committed.pk, units={committed.items.get().pk: 3})

    assert books() == before
