from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order, OrderShipment
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.api.people import on_a_device
from tests.api.shop import Shop, problem, send
from tests.books import books


@pytest.fixture
def packer(db: None) -> User:
    return staff.employee("orders.ship_order")


@pytest.fixture
def paid(shop: Shop) -> Order:
    """An order of two shirts."""
    order = factories.placed_order((ProductVariant.objects.get(pk=shop.medium), 2))
    return orders.confirm(order_id=order.pk, amount=order.total)


def post(client: Client, user: User, path: str, body: Any, key: str = "scan-0001") -> Any:
    access = on_a_device(user, "Scanner").access
    return send(client, "post", f"staff/orders/{path}", body, access=access, key=key)


def parcel(order: Order, quantity: int = 1) -> dict[str, Any]:
    return {
        "carrier": "UPS",
        "tracking_number": "1Z999",
        "estimated_delivery": "2027-01-02",
        "items": [{"item": str(order.items.get().pk), "quantity": quantity}],
    }


def test_ships_a_part(client: Client, paid: Order, packer: User) -> None:
    answer = post(client, packer, f"{paid.order_number}/shipments/", parcel(paid))

    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["status"], shown["fulfilment_status"]) == ("processing", "partial")
    [shipment] = shown["shipments"]
    assert shipment["tracking_url"] == "https://www.ups.com/track?tracknum=1Z999"
    assert shipment["estimated_delivery"] == "2027-01-02"
    assert [(one["sku"], one["quantity"]) for one in shipment["items"]] == [("OBS-M", 1)]
    assert [event["status"] for event in shipment["events"]] == ["packed", "shipped"]
    assert paid.stock_moves.get().created_by == packer
    noted = AuditLog.objects.filter(entity_type="order_shipment", user_id=packer.pk)
    assert noted.exists()


def test_the_same_key_ships_once(client: Client, paid: Order, packer: User) -> None:
    path = f"{paid.order_number}/shipments/"

    first = post(client, packer, path, parcel(paid))
    again = post(client, packer, path, parcel(paid))

    assert (first.status_code, again.content) == (201, first.content)
    assert OrderShipment.objects.count() == 1


def test_tells_where_a_parcel_is(client: Client, paid: Order, packer: User) -> None:
    orders.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z999")
    shipment = paid.shipments.get()

    answer = post(
        client,
        packer,
        f"{paid.order_number}/shipments/{shipment.pk}/events/",
        {"status": "delivered", "location": "Albany", "event_id": "e-1"},
    )

    assert (answer.status_code, answer.json()["status"]) == (201, "delivered")
    paid.refresh_from_db()
    assert paid.status == "delivered"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"items": []}, 400, "invalid"),
        ({"tracking_number": ""}, 400, "invalid"),
        ({"carrier": "x" * 51}, 400, "invalid"),
        ({"price": "1.00"}, 400, "unknown_field"),
    ],
)
def test_refuses_what_is_no_parcel(
    client: Client, paid: Order, packer: User, change: dict[str, Any], status: int, code: str
) -> None:
    before = books()

    body = {**parcel(paid), **change}
    answer = post(client, packer, f"{paid.order_number}/shipments/", body)

    problem(answer, status, code)
    assert OrderShipment.objects.count() == 0
    assert books()["inventory"] == before["inventory"]


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 3, "1"])
def test_refuses_odd_quantities(client: Client, paid: Order, packer: User, quantity: Any) -> None:
    body = parcel(paid, quantity)
    answer = post(client, packer, f"{paid.order_number}/shipments/", body)

    assert answer.status_code == (409 if quantity == 3 else 400)
    assert OrderShipment.objects.count() == 0


def test_refuses_a_parcel_of_another_order(client: Client, paid: Order, packer: User) -> None:
    other = factories.placed_order((paid.items.get().variant, 1))
    orders.confirm(order_id=other.pk, amount=other.total)
    orders.ship(order_id=other.pk, carrier="UPS", tracking_number="2Z")

    answer = post(
        client,
        packer,
        f"{paid.order_number}/shipments/{other.shipments.get().pk}/events/",
        {"status": "delivered"},
    )

    problem(answer, 404, "shipment_not_found")
    other.refresh_from_db()
    assert other.status == "shipped"


def test_refuses_staff_who_may_not_ship_and_shoppers(client: Client, paid: Order) -> None:
    path = f"{paid.order_number}/shipments/"
    before = OrderShipment.objects.count()

    statuses = [
        post(client, user, path, parcel(paid)).status_code
        for user in (staff.employee("orders.view_order"), factories.UserFactory.create())
    ]
    stranger = send(client, "post", f"staff/orders/{path}", parcel(paid), key="scan-0002")

    assert statuses == [403, 403]
    assert stranger.status_code == 401
    assert OrderShipment.objects.count() == before


def test_costs_so_many_statements(
    client: Client, paid: Order, packer: User, django_assert_num_queries: Any
) -> None:
    access = on_a_device(packer, "Scanner").access
    path = f"staff/orders/{paid.order_number}/shipments/"

    with django_assert_num_queries(40):
        send(client, "post", path, parcel(paid), access=access, key="scan-0003")
