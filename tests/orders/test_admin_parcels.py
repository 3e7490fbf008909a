from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from inventory.models import Inventory
from orders import commands as orders
from orders.models import Order, OrderNote
from shopflow.lib.models import OutboxMessage
from tests import factories, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


@pytest.fixture
def paid(us_shipping: object) -> Order:
    """Two shirts and three towels, lying in A-01 and B-07."""
    lines = []
    for place, quantity in (("A-01", 2), ("B-07", 3)):
        variant = factories.variant_on_sale()
        Inventory.objects.filter(variant=variant).update(warehouse_location=place)
        lines.append((variant, quantity))
    order = factories.placed_order(*lines)
    return orders.confirm(order_id=order.pk, amount=order.total)


def act(order: Order, name: str) -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


def page(order: Order) -> str:
    return act(order, "change")


def form(order: Order, *units: object, number: str = "TN-1") -> dict[str, Any]:
    lines = order.items.order_by("id").values_list("pk", flat=True)
    fields = {f"units_{pk}": str(left) for pk, left in zip(lines, units, strict=True)}
    return {**fields, "carrier": "DHL", "tracking_number": number}


def test_the_form_is_filled_in_with_what_is_left(client: Client, paid: Order) -> None:
    shirts, towels = paid.items.order_by("id")
    orders.ship(order_id=paid.pk, carrier="DHL", tracking_number="TN-0", units={towels.pk: 1})

    html = client.get(page(paid)).content.decode()

    for item in (shirts, towels):
        assert f'name="units_{item.pk}" value="2"' in html


def test_ships_the_units_written_down(client: Client, paid: Order) -> None:
    response = client.post(act(paid, "ship"), form(paid, 1, ""), follow=True)

    assert f"Part of {paid} has shipped with DHL TN-1." in staff.text_of(response)
    assert [packed.quantity for packed in paid.shipments.get().items.all()] == [1]
    paid.refresh_from_db()
    assert paid.fulfilment_status == "partial"
    assert "Cancel and refund" not in staff.text_of(response)


@pytest.mark.parametrize("units", [(3, 0), (-1, 1), ("x", 1), (0, 0), ("1.5", 1)])
def test_refuses_other_numbers(client: Client, paid: Order, units: tuple[object, object]) -> None:
    response = client.post(act(paid, "ship"), form(paid, *units))

    assert response.status_code in {400, 409}
    assert not paid.shipments.exists()


def test_follows_a_parcel(client: Client, paid: Order) -> None:
    orders.ship(order_id=paid.pk, carrier="DHL", tracking_number="TN-1")
    parcel = paid.shipments.get()

    data = {"shipment_id": str(parcel.pk), "status": "out_for_delivery", "location": "Albany"}
    response = client.post(act(paid, "track"), data, follow=True)

    words = staff.text_of(response)
    assert "DHL TN-1 is out for delivery." in words
    assert "Out For Delivery , Albany" in words or "Albany" in words
    parcel.refresh_from_db()
    assert parcel.status == "out_for_delivery"


def test_follows_no_parcel_of_another_order(client: Client, paid: Order) -> None:
    other = factories.placed_order((factories.variant_on_sale(), 1))
    orders.confirm(order_id=other.pk, amount=other.total)
    orders.ship(order_id=other.pk, carrier="DHL", tracking_number="TN-2")
    parcel = other.shipments.get()

    response = client.post(
        act(paid, "track"), {"shipment_id": str(parcel.pk), "status": "delivered"}
    )

    assert response.status_code == 400
    parcel.refresh_from_db()
    assert parcel.status == "shipped"


def test_finds_an_order_by_its_tracking_number(client: Client, paid: Order) -> None:
    orders.ship(order_id=paid.pk, carrier="DHL", tracking_number="TN-77")

    found = client.get("/admin/orders/order/", {"q": "TN-77"})
    nothing = client.get("/admin/orders/order/", {"q": "TN-7"})

    assert paid.order_number in staff.text_of(found)
    assert paid.order_number not in staff.text_of(nothing)


def test_prints_what_is_to_be_picked_and_what_is_packed(client: Client, paid: Order) -> None:
    shirts, towels = paid.items.order_by("id")
    orders.ship(order_id=paid.pk, carrier="DHL", tracking_number="TN-1", units={shirts.pk: 2})

    words = staff.text_of(client.get(act(paid, "slip")))

    _, _, sheets = words.partition("To pick")
    to_pick, _, packed = sheets.partition("Packing slip")
    assert f"3 {towels.sku} {towels.product_name} MAIN B-07" in to_pick
    assert shirts.sku not in to_pick
    assert f"2 {shirts.sku} {shirts.product_name} MAIN A-01" in packed
    assert "DHL TN-1" in packed
    assert "Ada Byron 1 Main Street" in packed


def test_a_slip_takes_a_fixed_number_of_queries(
    client: Client, paid: Order, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    few = factories.placed_order((factories.variant_on_sale(), 1))
    orders.confirm(order_id=few.pk, amount=few.total)
    for order in (few, paid):
        first = order.items.order_by("id")[0]
        orders.ship(
            order_id=order.pk,
            carrier="DHL",
            tracking_number=f"TN-{order.order_number}",
            units={first.pk: 1},
        )

    for order in (few, paid):
        with django_assert_num_queries(21):
            client.get(act(order, "slip"))


def test_refuses_a_slip_to_staff_who_may_not_look(paid: Order) -> None:
    client = staff.signed_in(staff.employee("catalog.view_product"))

    assert client.get(act(paid, "slip")).status_code == 403


def test_writes_a_note_for_the_shopper(client: Client, paid: Order) -> None:
    response = client.post(
        act(paid, "note"), {"text": "On Monday.", "is_shown_to_shopper": "on"}, follow=True
    )

    words = staff.text_of(response)
    assert "Noted, and on its way to the shopper." in words
    assert "The shopper reads it" in words
    assert str(OrderNote.objects.get().created_by) in words
    assert OutboxMessage.objects.filter(topic="mail:orders/note").count() == 1


def test_refuses_a_note_of_staff_who_may_only_look(paid: Order) -> None:
    client = staff.signed_in(staff.employee("orders.view_order"))

    assert client.post(act(paid, "note"), {"text": "Hello"}).status_code == 403
    assert not OrderNote.objects.exists()


def test_names_the_mails(client: Client, paid: Order) -> None:
    words = staff.text_of(client.get(page(paid))).partition("Mails")[2]

    assert "placed" in words
    assert "paid" in words
