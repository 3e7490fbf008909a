from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.core import mail
from django.utils import timezone

from catalog.models import ProductVariant
from inventory.models import InventoryTransaction
from orders import commands
from orders.errors import (
    InvalidShipment,
    NotLeftToShip,
    OrderNotFound,
    OrderNotShippable,
    OrderPartlyShipped,
    TrackingTaken,
)
from orders.models import Order, OrderShipment
from orders.queries import left_to_ship
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from shopflow.lib.mail import send_due
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


@pytest.fixture
def towel(variant: ProductVariant) -> ProductVariant:
    return factories.variant_on_sale(price="20.00", stock=5)


@pytest.fixture
def two_lines(variant: ProductVariant, towel: ProductVariant) -> Order:
    """A paid order of two shirts and three towels."""
    order = factories.placed_order((variant, 2), (towel, 3))
    return commands.confirm(order_id=order.pk, amount=order.total)


def ids(order: Order) -> tuple[UUID, UUID]:
    """The lines of the shirts and of the towels."""
    shirts, towels = order.items.order_by("id").values_list("pk", flat=True)
    return shirts, towels


def test_ships_a_part_and_leaves_the_rest_promised(
    two_lines: Order, variant: ProductVariant, towel: ProductVariant
) -> None:
    shirts, towels = ids(two_lines)

    commands.ship(
        order_id=two_lines.pk,
        carrier="UPS",
        tracking_number="1Z1",
        units={shirts: 1, towels: 3},
        estimated_delivery=date(2027, 1, 2),
    )

    order = Order.objects.get(pk=two_lines.pk)
    assert (order.status, order.fulfilment_status) == ("processing", "partial")
    assert (order.shipped_at, order.is_cancellable) == (None, False)
    parcel = order.shipments.get()
    assert parcel.estimated_delivery == date(2027, 1, 2)
    assert dict(parcel.items.values_list("order_item", "quantity")) == {shirts: 1, towels: 3}
    assert left_to_ship(order.pk) == {shirts: 1}
    assert factories.figures(variant) == (9, 1)
    assert factories.figures(towel) == (2, 0)
    assert [step.notes for step in order.history.all()][-1] == "UPS 1Z1"


def test_is_shipped_when_the_last_unit_has_left(two_lines: Order, variant: ProductVariant) -> None:
    shirts, _ = ids(two_lines)
    for number, units in enumerate(({shirts: 1}, {shirts: 1}, None)):
        order = commands.ship(
            order_id=two_lines.pk, carrier="UPS", tracking_number=f"1Z{number}", units=units
        )

    assert (order.status, order.fulfilment_status) == ("shipped", "fulfilled")
    assert order.shipments.count() == 3
    assert factories.figures(variant) == (8, 0)
    steps = [step.to_status for step in order.history.all()]
    assert steps == ["pending", "confirmed", "processing", "shipped"]
    broken = [name for name, rows in violations(instant_only=True).items() if rows]
    assert broken == ["order_money_equals_payments"]


def test_tells_of_each_parcel_and_what_is_in_it(two_lines: Order) -> None:
    shirts, _ = ids(two_lines)
    name = two_lines.items.get(pk=shirts).product_name
    commands.ship(order_id=two_lines.pk, carrier="UPS", tracking_number="1Z1", units={shirts: 2})
    send_due()
    *_, first = mail.outbox
    commands.ship(order_id=two_lines.pk, carrier="UPS", tracking_number="1Z2")
    send_due()
    *_, second = mail.outbox

    assert f"In this parcel:\n2 × {name}\n" in str(first.body)
    assert "The rest of your order follows in another parcel." in str(first.body)
    assert name not in str(second.body)
    assert "The rest of your order" not in str(second.body)


@pytest.mark.parametrize(("shirts", "towels"), [(3, 0), (2, 4), (0, 0), (-1, 2)])
def test_refuses_units_that_are_not_left(two_lines: Order, shirts: int, towels: int) -> None:
    units = dict(zip(ids(two_lines), (shirts, towels), strict=True))
    before = books()

    with pytest.raises((NotLeftToShip, InvalidShipment)):
        commands.ship(order_id=two_lines.pk, carrier="UPS", tracking_number="1Z1", units=units)

    assert books() == before


def test_refuses_units_of_another_order(two_lines: Order, paid: Order) -> None:
    before = books()

    with pytest.raises(NotLeftToShip):
        commands.ship(
            order_id=two_lines.pk,
            carrier="UPS",
            tracking_number="1Z1",
            units={paid.items.get().pk: 1},
        )

    assert books() == before


def test_the_rest_of_a_part_that_left_is_not_cancelled(two_lines: Order) -> None:
    shirts, _ = ids(two_lines)
    commands.ship(order_id=two_lines.pk, carrier="UPS", tracking_number="1Z1", units={shirts: 1})
    before = books()

    with pytest.raises(OrderPartlyShipped):
        commands.cancel(order_id=two_lines.pk, reason="by the customer")

    assert books() == before


def test_nothing_more_leaves_of_a_refunded_order(two_lines: Order) -> None:
    commands.record_money(order_id=two_lines.pk, paid=two_lines.total, refunded=two_lines.total)
    commands.mark_refunded(order_id=two_lines.pk)
    before = books()

    with pytest.raises(OrderNotShippable):
        commands.ship(order_id=two_lines.pk, carrier="UPS", tracking_number="1Z1")

    assert books() == before
