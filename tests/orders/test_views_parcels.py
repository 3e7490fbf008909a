from datetime import date
from typing import Any

import pytest
from django.test import Client

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from tests import factories
from tests.storefront import link, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(variant: ProductVariant) -> Order:
    """A paid order of two shirts and a towel."""
    order = factories.placed_order((variant, 2), (factories.variant_on_sale(), 1))
    return orders.confirm(order_id=order.pk, amount=order.total)


def send(order: Order, number: str, units: int | None) -> Any:
    first = order.items.order_by("id")[0]
    orders.ship(
        order_id=order.pk,
        carrier="UPS",
        tracking_number=number,
        units=None if units is None else {first.pk: units},
        estimated_delivery=date(2027, 1, 2),
    )
    return order.shipments.get(tracking_number=number)


def test_says_what_is_in_the_parcel_and_that_the_rest_follows(client: Client, two: Order) -> None:
    name = two.items.order_by("id")[0].product_name
    send(two, "1Z1", 1)

    said = words(client.get(link("orders:detail", two)))

    assert "Partly on its way" in said
    assert "Parcel 1" in said
    assert "Expected on Jan. 2, 2027" in said
    assert f"1 × {name}" in said
    assert "The rest follows in another parcel." in said
    assert "can't be cancelled as a whole any more" in said
    assert "Yes, cancel it" not in said


def test_tells_the_story_of_each_parcel(client: Client, two: Order) -> None:
    parcel = send(two, "1Z1", 1)
    send(two, "1Z2", None)
    orders.track(shipment_id=parcel.pk, status="in_transit", location="Albany")
    orders.track(shipment_id=parcel.pk, status="delivered")

    response = client.get(link("orders:detail", two))

    said = words(response)
    first, _, second = said.partition("Parcel 2")
    for step in ("the label is printed", "Handed to the carrier", "On its way", "Albany"):
        assert step in first
    assert "Delivered" in first
    assert "Delivered" not in second.partition("What you ordered")[0]
    assert 'href="https://www.ups.com/track?tracknum=1Z1"' in response.content.decode()


def test_a_part_that_left_stops_the_cancelling(client: Client, two: Order) -> None:
    send(two, "1Z1", 1)

    response = client.post(link("orders:cancel", two))

    assert response.status_code == 409
    assert "Part of this order is on its way already" in words(response)
    two.refresh_from_db()
    assert two.status == "processing"


def test_an_order_being_packed_is_cancelled_still(client: Client, two: Order) -> None:
    response = client.post(link("orders:cancel", two), follow=True)

    assert "Your order is cancelled." in words(response)


def test_costs_a_fixed_number_of_queries(
    client: Client, two: Order, django_assert_num_queries: Any
) -> None:
    few = factories.placed_order((two.items.order_by("id")[0].variant, 1))
    orders.confirm(order_id=few.pk, amount=few.total)
    send(few, "1Z0", None)
    send(two, "1Z1", 1)
    send(two, "1Z2", None)

    client.get("/")  # the menu is kept from here on

    for order in (few, two):
        with django_assert_num_queries(17):
            client.get(link("orders:detail", order))
