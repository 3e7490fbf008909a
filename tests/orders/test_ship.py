from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import ProductVariant
from inventory.models import InventoryTransaction
from orders import commands
from orders.errors import InvalidShipment, OrderNotFound, OrderNotShippable, TrackingTaken
from orders.models import Order, OrderShipment
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
TOTAL = Decimal("114.78")


@pytest.fixture
def paid(order: Order) -> Order:
    return commands.confirm(order_id=order.pk, amount=TOTAL)


@ledger("S1-16")
def test_takes_the_units_out_of_the_warehouse(paid: Order, variant: ProductVariant) -> None:
    staff = factories.UserFactory.create(role="employee")

    commands.ship(order_id=paid.pk, carrier=" UPS ", tracking_number=" 1Z999 ", by=staff.pk)

    order = Order.objects.get(pk=paid.pk)
    assert (order.status, order.fulfilment_status) == ("shipped", "fulfilled")
    assert order.shipped_at is not None
    shipment = order.shipments.get()
    assert (shipment.carrier, shipment.tracking_number) == ("UPS", "1Z999")
    assert [(i.order_item, i.quantity) for i in shipment.items.all()] == [(order.items.get(), 2)]
    assert factories.figures(variant) == (8, 0)
    sale = InventoryTransaction.objects.get(type="sale")
    assert (sale.quantity_change, sale.quantity_after, sale.order) == (-2, 8, order)
    assert sale.created_by == staff


@ledger("S1-19")
def test_goes_through_processing(paid: Order) -> None:
    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z999")

    steps = list(paid.history.values_list("from_status", "to_status", "notes"))
    assert steps[2:] == [("confirmed", "processing", ""), ("processing", "shipped", "UPS 1Z999")]


@pytest.mark.parametrize(
    ("carrier", "tracking_number"),
    [("", "1Z"), ("UPS", ""), (" ", "1Z"), ("x" * 51, "1Z"), ("UPS", "1" * 101), ("U\0S", "1Z")],
)
def test_wants_carrier_and_tracking_number(paid: Order, carrier: str, tracking_number: str) -> None:
    before = books()

    with pytest.raises(InvalidShipment):
        commands.ship(order_id=paid.pk, carrier=carrier, tracking_number=tracking_number)

    assert books() == before


def test_refuses_a_tracking_number_twice(paid: Order, variant: ProductVariant) -> None:
    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z999")
    other = factories.placed_order((variant, 1))
    commands.confirm(order_id=other.pk, amount=other.total)
    before = books()

    with pytest.raises(TrackingTaken):
        commands.ship(order_id=other.pk, carrier="UPS", tracking_number="1Z999")

    assert books() == before


def test_refuses_an_unpaid_order(order: Order) -> None:
    before = books()

    with pytest.raises(OrderNotShippable):
        commands.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")

    assert books() == before


def test_refuses_to_ship_twice(paid: Order) -> None:
    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z999")

    with pytest.raises(OrderNotShippable):
        commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="2Z")

    assert OrderShipment.objects.count() == 1


def test_refuses_an_unknown_order() -> None:
    with pytest.raises(OrderNotFound):
        commands.ship(order_id=new_id(), carrier="UPS", tracking_number="1Z")


def test_keeps_stock_and_history_right(paid: Order) -> None:
    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z999")

    counts = violations(instant_only=True)
    # There is no payment behind this order: nothing else may be wrong.
    assert [name for name, rows in counts.items() if rows] == ["order_money_equals_payments"]


def test_takes_a_clock_that_is_behind(paid: Order) -> None:
    ahead = timezone.now() + timedelta(minutes=10)
    Order.objects.filter(pk=paid.pk).update(placed_at=ahead)

    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z999")

    paid.refresh_from_db()
    assert (paid.status, paid.shipped_at) == ("shipped", ahead)
