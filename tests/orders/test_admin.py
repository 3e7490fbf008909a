from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import ProductVariant
from inventory.models import InventoryTransaction
from orders import commands as orders
from orders.models import Order, OrderShipment, OrderStatusHistory
from tests import factories, staff
from tests.books import triggers_off
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/order/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


@pytest.fixture
def paid(order: Order) -> Order:
    return orders.confirm(order_id=order.pk, amount=order.total)


def act(order: Order, name: str) -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


def page(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def rows_of(order: Order) -> dict[str, Any]:
    """Everything a step of an order writes, apart from ids, times and who did it."""
    order.refresh_from_db()
    return {
        "order": (order.status, order.payment_status, order.fulfilment_status, order.cancel_reason),
        "times": [
            getattr(order, f"{name}_at") is not None
            for name in ("confirmed", "shipped", "delivered", "cancelled")
        ],
        "history": list(order.history.values_list("from_status", "to_status", "notes")),
        "shipments": list(order.shipments.values_list("carrier", "status", "items__quantity")),
        "promises": list(order.reservations.values_list("quantity", "status", "expires_at")),
        "moves": list(order.stock_moves.values_list("type", "quantity_change", "reason")),
    }


def test_ships_as_the_command_does(client: Client, variant: ProductVariant, paid: Order) -> None:
    other = factories.placed_order((variant, 2))
    orders.confirm(order_id=other.pk, amount=other.total)

    orders.ship(order_id=other.pk, carrier="DHL", tracking_number="TN-2")
    response = client.post(act(paid, "ship"), {"carrier": "DHL", "tracking_number": "TN-1"})

    assert response.status_code == 302
    assert response["Location"] == page(paid)
    shipped, by_command = rows_of(paid), rows_of(other)
    assert shipped["history"][-1] == ("processing", "shipped", "DHL TN-1")
    assert by_command["history"][-1] == ("processing", "shipped", "DHL TN-2")
    del shipped["history"][-1], by_command["history"][-1]
    assert shipped == by_command
    assert paid.shipments.get().tracking_number == "TN-1"
    assert factories.figures(variant) == (6, 0)


def test_names_who_shipped(paid: Order) -> None:
    packer = staff.owner()

    staff.signed_in(packer).post(act(paid, "ship"), {"carrier": "DHL", "tracking_number": "TN-1"})

    assert paid.history.get(to_status="shipped").created_by == packer
    assert paid.stock_moves.get().created_by == packer


def test_says_what_was_done(client: Client, paid: Order) -> None:
    response = client.post(
        act(paid, "ship"), {"carrier": "DHL", "tracking_number": "TN-1"}, follow=True
    )

    words = staff.text_of(response)
    assert f"{paid} has shipped with DHL TN-1." in words
    assert "Mark as delivered" in words
    assert "Cancel and refund" not in words


def test_delivers_as_the_command_does(client: Client, variant: ProductVariant, paid: Order) -> None:
    other = factories.placed_order((variant, 2))
    orders.confirm(order_id=other.pk, amount=other.total)
    for number, order in enumerate((paid, other)):
        orders.ship(order_id=order.pk, carrier="DHL", tracking_number=f"TN-{number}")
    with triggers_off("order_status_history"):
        OrderStatusHistory.objects.filter(to_status="shipped").update(notes="")

    orders.deliver(order_id=other.pk)
    client.post(act(paid, "deliver"))

    assert rows_of(paid) == rows_of(other)
    assert paid.status == "delivered"


def test_cancels_as_the_command_does(client: Client, variant: ProductVariant, paid: Order) -> None:
    other = factories.placed_order((variant, 2))
    orders.confirm(order_id=other.pk, amount=other.total)

    orders.cancel(order_id=other.pk, reason="wrong size")
    client.post(act(paid, "cancel"), {"reason": "wrong size"})

    assert rows_of(paid) == rows_of(other)
    assert paid.status == "cancelled"
    assert factories.figures(variant) == (10, 0)


def test_says_that_the_refund_is_on_its_way(client: Client, paid: Order) -> None:
    response = client.post(act(paid, "cancel"), {"reason": "wrong size"}, follow=True)

    words = staff.text_of(response)
    assert f"{paid} is cancelled. The refund of $114.78 is on its way." in words


def test_cancels_an_unpaid_order_without_talk_of_money(client: Client, order: Order) -> None:
    response = client.post(act(order, "cancel"), {"reason": "test"}, follow=True)

    assert f"{order} is cancelled." in staff.text_of(response)
    assert "refund of" not in staff.text_of(response)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"carrier": "DHL", "tracking_number": ""}, "This field is required."),
        ({"carrier": "D" * 51, "tracking_number": "TN-1"}, "at most 50 characters"),
        ({}, "This field is required."),
    ],
)
def test_shows_the_form_again_when_something_is_missing(
    client: Client, paid: Order, data: dict[str, str], sentence: str
) -> None:
    before = rows_of(paid)

    response = client.post(act(paid, "ship"), data)

    assert response.status_code == 400
    assert sentence in staff.text_of(response)
    assert f'value="{data.get("carrier", "")}"' in response.content.decode() or not data
    assert rows_of(paid) == before


def test_refuses_a_tracking_number_of_another_parcel(
    client: Client, variant: ProductVariant, paid: Order
) -> None:
    other = factories.placed_order((variant, 1))
    orders.confirm(order_id=other.pk, amount=other.total)
    orders.ship(order_id=other.pk, carrier="DHL", tracking_number="TN-1")
    before = rows_of(paid)

    response = client.post(act(paid, "ship"), {"carrier": "DHL", "tracking_number": "TN-1"})

    assert response.status_code == 409
    assert "This tracking number is already on another shipment." in staff.text_of(response)
    assert 'value="TN-1"' in response.content.decode()
    assert rows_of(paid) == before


def test_refuses_to_ship_what_is_not_paid(client: Client, order: Order) -> None:
    before = rows_of(order)

    response = client.post(act(order, "ship"), {"carrier": "DHL", "tracking_number": "TN-1"})

    assert response.status_code == 409
    assert "Only a paid order that hasn't left yet can be shipped." in staff.text_of(response)
    assert rows_of(order) == before


def test_refuses_to_cancel_what_has_left(client: Client, paid: Order) -> None:
    orders.ship(order_id=paid.pk, carrier="DHL", tracking_number="TN-1")
    before = rows_of(paid)

    response = client.post(act(paid, "cancel"), {"reason": "too late"})

    assert response.status_code == 409
    assert "This order can't be cancelled any more." in staff.text_of(response)
    assert rows_of(paid) == before


def test_asks_who_it_is_before_money_goes_back(paid: Order) -> None:
    browser = staff.a_while_ago(staff.signed_in(staff.owner()))
    before = rows_of(paid)

    response = browser.post(act(paid, "cancel"), {"reason": "wrong size"})

    asked = f"/accounts/prove/?{urlencode({'next': page(paid), 'undone': 1})}"
    assert (response.status_code, response["Location"]) == (303, asked)
    assert "Nothing was done yet." in staff.text_of(browser.get(asked))
    assert rows_of(paid) == before
    assert browser.post(asked, {"answer": "correct horse battery"})["Location"] == page(paid)
    browser.post(act(paid, "cancel"), {"reason": "wrong size"})
    assert rows_of(paid) != before


def test_asks_who_it_is_before_many_are_cancelled(paid: Order) -> None:
    browser = staff.a_while_ago(staff.signed_in(staff.owner()))
    before = rows_of(paid)

    data = {"action": "cancel_selected", "_selected_action": [str(paid.pk)]}
    response = browser.post(f"{LIST}?status=confirmed", data)

    asked = f"/accounts/prove/?{urlencode({'next': f'{LIST}?status=confirmed', 'undone': 1})}"
    assert response["Location"] == asked
    assert rows_of(paid) == before


def test_ships_without_asking_again(paid: Order) -> None:
    browser = staff.a_while_ago(staff.signed_in(staff.owner()))

    browser.post(act(paid, "ship"), {"carrier": "DHL", "tracking_number": "TN-1"})

    paid.refresh_from_db()
    assert paid.status == "shipped"


@pytest.mark.parametrize("name", ["ship", "deliver", "cancel"])
def test_refuses_staff_who_may_only_look(paid: Order, name: str) -> None:
    client = staff.signed_in(staff.employee("orders.view_order"))
    before = rows_of(paid)

    response = client.post(
        act(paid, name), {"carrier": "DHL", "tracking_number": "TN-1", "reason": "no"}
    )

    assert response.status_code == 403
    assert rows_of(paid) == before


def test_shows_no_buttons_to_staff_who_may_only_look(paid: Order) -> None:
    client = staff.signed_in(staff.employee("orders.view_order"))

    response = client.get(page(paid))

    assert response.status_code == 200
    assert "Cancel and refund" not in staff.text_of(response)


def test_refuses_a_forged_form(paid: Order) -> None:
    client = staff.signed_in(staff.owner(), enforce_csrf_checks=True)
    before = rows_of(paid)

    response = client.post(act(paid, "cancel"), {"reason": "forged"})

    assert response.status_code == 403
    assert rows_of(paid) == before


def test_sends_strangers_to_the_login(paid: Order) -> None:
    before = rows_of(paid)

    response = Client().post(act(paid, "cancel"), {"reason": "stranger"})

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
    assert rows_of(paid) == before


def test_does_nothing_on_a_get(client: Client, paid: Order) -> None:
    response = client.get(act(paid, "deliver"))

    assert response.status_code == 405


def test_leads_back_to_the_list_when_the_order_is_unknown(client: Client) -> None:
    address = "/admin/orders/order/01a1fe4b-8326-7543-9ae8-0bf6beeac381/deliver/"

    response = client.post(address)

    assert response["Location"] == LIST


@pytest.mark.parametrize("path", ["add/", "{}/delete/"])
def test_orders_are_neither_made_nor_deleted_by_hand(
    client: Client, paid: Order, path: str
) -> None:
    address = LIST + path.format(paid.pk)

    assert client.get(address).status_code == 403
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert Order.objects.filter(pk=paid.pk).exists()


def test_orders_are_not_edited_by_hand(client: Client, paid: Order) -> None:
    before = rows_of(paid)

    response = client.post(page(paid), {"status": "delivered", "_save": "Save"})

    assert response.status_code == 403
    assert rows_of(paid) == before


@ledger("S1-58")
def test_shows_everything_about_an_order(client: Client, paid: Order) -> None:
    orders.ship(order_id=paid.pk, carrier="DHL", tracking_number="TN-1")

    words = staff.text_of(client.get(page(paid)))

    for expected in (
        paid.order_number,
        "Shipped",
        "ada@example.com",
        "1 Main Street",
        "$114.78",
        "2 × 50.00",
        "0.08875 of 100.00",
        "DHL TN-1",
        "pending › confirmed",
        "Nobody has started to pay yet.",
    ):
        assert expected in words


def test_books_the_goods_out_once(client: Client, paid: Order) -> None:
    data = {"carrier": "DHL", "tracking_number": "TN-1"}

    client.post(act(paid, "ship"), data)
    again = client.post(act(paid, "ship"), {**data, "tracking_number": "TN-2"})

    assert again.status_code == 409
    assert OrderShipment.objects.count() == 1
    assert InventoryTransaction.objects.filter(type="sale").count() == 1
    assert paid.items.get().line_total == Decimal("100.00")
