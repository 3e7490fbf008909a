from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import ProductVariant
from orders import commands
from orders.errors import InvalidTracking, ShipmentNotFound
from orders.models import Order, OrderShipment
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.ids import new_id
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def parcels(variant: ProductVariant) -> list[OrderShipment]:
    """The two parcels of an order of two shirts."""
    order = factories.placed_order((variant, 2))
    commands.confirm(order_id=order.pk, amount=order.total)
    line = order.items.get().pk
    for number in "12":
        commands.ship(
            order_id=order.pk, carrier="UPS", tracking_number=f"1Z{number}", units={line: 1}
        )
    return list(order.shipments.order_by("tracking_number"))


def story(shipment: OrderShipment) -> list[str]:
    return [event.status for event in shipment.events.all()]


def kinds() -> list[str]:
    topics = OutboxMessage.objects.order_by("id").values_list("topic", flat=True)
    return [topic.removeprefix("mail:orders/") for topic in topics]


def test_follows_a_parcel_to_the_door(parcels: list[OrderShipment]) -> None:
    first, _ = parcels

    for status in ("in_transit", "out_for_delivery", "failed", "out_for_delivery"):
        moved = commands.track(shipment_id=first.pk, status=status, location="Albany")

    assert moved.status == "out_for_delivery"
    assert story(first)[2:] == ["in_transit", "out_for_delivery", "failed", "out_for_delivery"]
    assert {event.location for event in list(first.events.all())[2:]} == {"Albany"}


def test_starts_with_the_label_and_the_carrier(parcels: list[OrderShipment]) -> None:
    assert story(parcels[0]) == ["packed", "shipped"]


def test_an_order_is_delivered_with_its_last_parcel(parcels: list[OrderShipment]) -> None:
    first, second = parcels
    staff = factories.UserFactory.create(role="employee")

    commands.track(shipment_id=first.pk, status="delivered", by=staff.pk)
    order = Order.objects.get(pk=first.order_id)
    between = (order.status, order.delivered_at)
    commands.track(shipment_id=second.pk, status="delivered", by=staff.pk)

    order.refresh_from_db()
    second.refresh_from_db()
    assert between == ("shipped", None)
    assert (order.status, order.delivered_at) == ("delivered", second.delivered_at)
    assert [step.created_by for step in order.history.all()][-1] == staff
    assert kinds() == ["placed", "paid", "shipped", "shipped", "delivered", "delivered"]


def test_an_order_of_which_a_part_is_left_is_not_delivered(variant: ProductVariant) -> None:
    order = factories.placed_order((variant, 2))
    commands.confirm(order_id=order.pk, amount=order.total)
    commands.ship(
        order_id=order.pk, carrier="UPS", tracking_number="1Z", units={order.items.get().pk: 1}
    )

    commands.track(shipment_id=order.shipments.get().pk, status="delivered")

    order.refresh_from_db()
    assert (order.status, order.fulfilment_status) == ("processing", "partial")


def test_takes_the_carriers_news_once(parcels: list[OrderShipment]) -> None:
    commands.track(shipment_id=parcels[0].pk, status="delivered", event_id="e-1")
    before = books()

    commands.track(shipment_id=parcels[0].pk, status="delivered", event_id="e-1")

    assert books() == before


def test_late_news_stand_in_the_story_only(parcels: list[OrderShipment]) -> None:
    first, _ = parcels
    between = timezone.now()
    commands.track(shipment_id=first.pk, status="delivered")

    commands.track(shipment_id=first.pk, status="in_transit", occurred_at=between)

    first.refresh_from_db()
    assert first.status == "delivered"
    assert story(first) == ["packed", "shipped", "in_transit", "delivered"]


def test_a_lost_parcel_turns_up(parcels: list[OrderShipment]) -> None:
    for status in ("lost", "in_transit", "delivered"):
        commands.track(shipment_id=parcels[0].pk, status=status)

    assert OrderShipment.objects.get(pk=parcels[0].pk).status == "delivered"


def test_what_was_delivered_does_not_travel_on(parcels: list[OrderShipment]) -> None:
    commands.track(shipment_id=parcels[0].pk, status="delivered")
    before = books()

    with pytest.raises(InvalidTransition):
        commands.track(shipment_id=parcels[0].pk, status="in_transit")

    assert books() == before


@pytest.mark.parametrize("status", ["packed", "shipped", "stolen", ""])
def test_refuses_what_nobody_can_tell(parcels: list[OrderShipment], status: str) -> None:
    before = books()

    with pytest.raises(InvalidTracking):
        commands.track(shipment_id=parcels[0].pk, status=status)

    assert books() == before


@pytest.mark.parametrize(
    "texts",
    [{"location": "x" * 101}, {"description": "a\0b"}, {"description": "x" * 256}],
    ids=["too long", "NUL", "too long as well"],
)
def test_refuses_odd_texts(parcels: list[OrderShipment], texts: dict[str, Any]) -> None:
    with pytest.raises(InvalidTracking):
        commands.track(shipment_id=parcels[0].pk, status="in_transit", **texts)

    assert story(parcels[0]) == ["packed", "shipped"]


@pytest.mark.parametrize("hours", [-24, 1])
def test_refuses_times_that_cannot_be(parcels: list[OrderShipment], hours: int) -> None:
    then = timezone.now() + timedelta(hours=hours)

    with pytest.raises(InvalidTracking):
        commands.track(shipment_id=parcels[0].pk, status="in_transit", occurred_at=then)

    assert story(parcels[0]) == ["packed", "shipped"]


def test_refuses_an_unknown_parcel(db: None) -> None:
    with pytest.raises(ShipmentNotFound):
        commands.track(shipment_id=new_id(), status="delivered")


@pytest.mark.parametrize(
    ("carrier", "address"),
    [
        ("UPS", "https://www.ups.com/track?tracknum=1Z%209%26x"),
        ("dhl Express", "https://www.dhl.com/en/express/tracking.html?AWB=1Z%209%26x"),
        ("Snail & Co", ""),
    ],
)
def test_knows_the_carriers_page(carrier: str, address: str) -> None:
    parcel = OrderShipment(carrier=carrier, tracking_number="1Z 9&x")

    assert parcel.tracking_url == address
