from functools import partial
from threading import Barrier, Event
from uuid import UUID

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from inventory.commands import reservations
from inventory.models import InventoryReservation
from orders import commands as orders
from orders.commands import lifecycle, shipments
from orders.errors import OrderNotCancellable, OrderNotShippable
from orders.models import Order, OrderShipment
from payments.commands import settle_cancelled, settle_refund
from payments.models import Refund
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.errors import DomainError
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import triggers_off
from tests.payments.webhooks import Till
from tests.races.guards import without_constraint
from tests.races.starting_gun import PATIENCE, ROUNDS, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def paid_order(plenty: ProductVariant, till: Till) -> Order:
    order = factories.placed_order((plenty, 2))
    till.paid(order)
    order.refresh_from_db()
    return order


def ship(order_id: UUID, number: str, units: int | None = None) -> Order:
    order = Order.objects.get(pk=order_id)
    return orders.ship(
        order_id=order_id,
        carrier="UPS",
        tracking_number=f"{order.order_number} {number}",
        units=None if units is None else {order.items.get().pk: units},
    )


def cancel(order_id: UUID) -> Order:
    return orders.cancel(order_id=order_id, reason="changed my mind")


def test_an_order_ships_or_is_cancelled(plenty: ProductVariant, till: Till) -> None:
    before, shipped = deadlocks(), 0

    with runners(2) as running:
        for _ in range(ROUNDS):
            order = paid_order(plenty, till)
            answers = running.race(partial(ship, order.pk, "A"), partial(cancel, order.pk))
            order.refresh_from_db()
            [lost] = [answer for answer in answers if isinstance(answer, DomainError)]
            shipped += order.status == "shipped"
            assert (order.status, type(lost)) in {
                ("shipped", OrderNotCancellable),
                ("cancelled", OrderNotShippable),
            }
            if order.status == "cancelled":
                settle_cancelled(order_id=order.pk)
                settle_refund(refund_id=Refund.objects.latest("id").pk)

    assert factories.figures(plenty) == (1000 - 2 * shipped, 0)
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_two_packers_send_no_unit_twice(plenty: ProductVariant, till: Till) -> None:
    before = deadlocks()

    with runners(2) as running:
        for _ in range(ROUNDS):
            order = paid_order(plenty, till)
            answers = running.race(partial(ship, order.pk, "A", 2), partial(ship, order.pk, "B", 1))
            order.refresh_from_db()
            packed = sum(answer.__class__ is Order for answer in answers)
            sent = order.shipments.values_list("items__quantity", flat=True)
            assert (packed, list(sent), order.status) in [
                (1, [2], "shipped"),
                (1, [1], "processing"),
            ]
            if order.status == "processing":
                ship(order.pk, "C")

    assert factories.figures(plenty) == (1000 - 2 * ROUNDS, 0)
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_the_orders_lock_what_is_cancelled_ships(
    plenty: ProductVariant, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    racing, both, left = Event(), Barrier(2), Event()

    def read_together(order_id: UUID) -> Order:
        order = Order.objects.get(pk=order_id)
        if racing.is_set():
            both.wait(PATIENCE)
        return order

    def read_and_come_late(order_id: UUID) -> Order:
        order = read_together(order_id)
        if racing.is_set():
            left.wait(PATIENCE)
        return order

    def ship_first(order_id: UUID) -> Order:
        try:
            return ship(order_id, "A")
        finally:
            left.set()

    monkeypatch.setattr(shipments, "locked", read_together)
    monkeypatch.setattr(lifecycle, "locked", read_and_come_late)

    with (
        without_constraint(table="orders", name="orders_cancelled_has_time"),
        triggers_off("orders"),
        runners(2) as running,
    ):
        order = paid_order(plenty, till)
        racing.set()
        answers = running.race(partial(ship_first, order.pk), partial(cancel, order.pk))
        broken = {name: rows for name, rows in violations(instant_only=True).items() if rows}

    assert [type(answer) for answer in answers] == [Order, Order]
    assert "history_steps_are_legal" in broken


def test_without_lock_and_condition_a_unit_leaves_twice(
    plenty: ProductVariant, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed alone keeps units in; so both guards are taken away."""
    monkeypatch.setattr(shipments, "locked", lambda order_id: Order.objects.get(pk=order_id))
    monkeypatch.setattr(reservations, "_live", _read)
    monkeypatch.setattr(reservations, "_split", _move)
    twice = False

    with (
        without_constraint(table="inventory", name="inventory_reserved_not_negative"),
        triggers_off("orders"),
        runners(2) as running,
    ):
        for _ in range(5 * ROUNDS):
            order = paid_order(plenty, till)
            running.race(partial(ship, order.pk, "A", 2), partial(ship, order.pk, "B", 2))
            sent = OrderShipment.objects.filter(order=order).count()
            if twice := sent == 2:
                break

    assert twice


def _read(order_id: UUID) -> list[InventoryReservation]:
    """What was sold, whatever of it has left."""
    sold = list(InventoryReservation.objects.filter(order=order_id))
    for reservation in sold:
        reservation.status = InventoryReservation.Status.COMMITTED
    return sold


def _move(reservation: InventoryReservation, quantity: int, status: str) -> None:
    reservation.status = status
    reservation.save()
