from typing import Any

import pytest

from catalog.models import ProductVariant
from inventory import commands
from inventory.models import InventoryTransaction
from orders import commands as orders
from orders.models import Order
from shopflow.invariants import violations
from tests import factories
from tests.books import books
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


def take_back(order: Order, units: int, **facts: Any) -> int:
    line = order.items.get()
    return commands.take_back(order_id=order.pk, units={line.pk: units}, reason="return", **facts)


@pytest.fixture
def sent(order: Order, till: Till) -> Order:
    """Two shirts that have left; eight stay."""
    till.paid(order)
    return orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")


def test_releases_what_has_not_left(order: Order, variant: ProductVariant) -> None:
    assert take_back(order, 1) == 1

    assert factories.figures(variant) == (10, 1)
    assert not InventoryTransaction.objects.filter(type="return").exists()


def test_brings_back_what_has_left(sent: Order, variant: ProductVariant) -> None:
    assert take_back(sent, 1) == 1

    assert factories.figures(variant) == (9, 0)
    move = InventoryTransaction.objects.get(type="return")
    assert (move.quantity_change, move.reason, move.order) == (1, "return", sent)
    assert set(violations(instant_only=True).values()) == {0}


def test_never_more_than_was_sent(sent: Order, variant: ProductVariant) -> None:
    assert [take_back(sent, 1), take_back(sent, 5)] == [1, 1]

    assert factories.figures(variant) == (10, 0)
    assert set(violations(instant_only=True).values()) == {0}


def test_leaves_what_is_promised_when_told(order: Order, variant: ProductVariant) -> None:
    before = books()

    assert take_back(order, 1, only_sent=True) == 0

    assert books() == before


def test_nothing_is_nothing(sent: Order) -> None:
    before = books()

    assert take_back(sent, 0) == 0

    assert books() == before


def test_what_is_taken_back_twice_comes_from_both(order: Order, variant: ProductVariant) -> None:
    assert take_back(order, 2) == 2

    assert factories.figures(variant) == (10, 0)
    assert [row.status for row in order.reservations.all()] == ["released"]
