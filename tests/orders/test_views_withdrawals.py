from typing import Any

import pytest
from django.test import Client

from catalog.models import ProductVariant
from orders import commands
from orders.models import Order, OrderReturn
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.orders.coming_back import arrived, delivered_ago
from tests.storefront import link, words

pytestmark = pytest.mark.django_db
PAGE = "/withdrawal/"


def statement(order: Order, **fields: str) -> dict[str, str]:
    """Who withdraws from what; `confirmed` is the second button."""
    return {
        "name": "Ada Byron",
        "number": order.order_number,
        "email": order.customer_email,
        **fields,
    }


def receipts() -> int:
    return OutboxMessage.objects.filter(topic="mail:orders/withdrawal").count()


@pytest.mark.parametrize("page", ["/", "/cart/", "/orders/track/", "/withdrawal/"])
def test_every_page_leads_there(client: Client, variant: ProductVariant, page: str) -> None:
    footer = client.get(page).content.decode().partition("<footer")[2]

    assert '<a href="/withdrawal/">Withdraw from contract here</a>' in footer


def test_takes_two_steps(client: Client, order: Order) -> None:
    arrived(order)

    first = client.post(PAGE, statement(order))
    before = (OrderReturn.objects.count(), receipts())
    second = client.post(PAGE, statement(order, confirmed="1"))

    assert "Confirm withdrawal" in words(first)
    assert f"I, Ada Byron, withdraw from the contract for order {order}." in words(first)
    assert before == (0, 0)
    assert "We have your statement" in words(second)
    row = order.returns.get()
    assert (row.kind, row.status, row.created_by) == ("withdrawal", "approved", None)
    assert receipts() == 1


def test_works_for_an_order_of_an_account_without_logging_in(
    client: Client, variant: ProductVariant
) -> None:
    order = factories.placed_order((variant, 1), user=factories.UserFactory.create())

    client.post(PAGE, statement(order, confirmed="1"))

    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "withdrawn from the contract")
    assert receipts() == 1


def test_says_the_same_whatever_it_knows(client: Client, order: Order) -> None:
    arrived(order)
    data = statement(order, confirmed="1")

    def said(**fields: str) -> tuple[int, str]:
        response = client.post(PAGE, {**data, **fields})
        text = words(response)
        for value in (fields.get("number", order.order_number), fields.get("email", data["email"])):
            text = text.replace(value, "…")
        return response.status_code, text

    wrong_mail = said(email="eve@example.com")
    unknown = said(number="ORD-2026-999999")
    assert not OrderReturn.objects.exists()
    known = said()
    again = said()

    assert wrong_mail == unknown == known == again
    assert known[0] == 200
    assert (OrderReturn.objects.count(), receipts()) == (1, 1)


def test_says_the_same_when_it_is_late(client: Client, order: Order) -> None:
    arrived(order)
    delivered_ago(order, days=30)

    response = client.post(PAGE, statement(order, confirmed="1"))

    assert "We have your statement" in words(response)
    assert (OrderReturn.objects.count(), receipts()) == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "\0"}, {"number": ""}, {"number": "x" * 31}, {"email": "nobody"}],
)
def test_names_what_is_missing(client: Client, order: Order, fields: dict[str, str]) -> None:
    response = client.post(PAGE, statement(order, confirmed="1", **fields))

    assert response.status_code == 400
    assert 'class="field-error"' in response.content.decode()
    order.refresh_from_db()
    assert order.status == "pending"


def test_lets_nobody_try_one_number_after_another(client: Client, order: Order) -> None:
    statuses = [
        client.post(PAGE, statement(order, number=f"ORD-{n}", confirmed="1")).status_code
        for n in range(21)
    ]

    assert statuses == [200] * 20 + [429]


def test_lets_nobody_guess_the_e_mail_of_an_order(client: Client, order: Order) -> None:
    def tries(n: int) -> int:
        data = statement(order, email=f"guess{n}@example.com", confirmed="1")
        return client.post(PAGE, data, REMOTE_ADDR=f"198.51.100.{n}").status_code

    assert [tries(n) for n in range(11)] == [200] * 10 + [429]


def test_needs_the_token_of_its_form(order: Order) -> None:
    response = Client(enforce_csrf_checks=True).post(PAGE, statement(order, confirmed="1"))

    assert response.status_code == 403
    order.refresh_from_db()
    assert order.status == "pending"


def test_from_the_order_a_part_can_be_chosen(client: Client, order: Order) -> None:
    arrived(order)
    key = f"units-{order.items.get().pk}"
    page = link("orders:withdraw-order", order)

    shown = client.get(page)
    first = client.post(page, {"name": "Ada Byron", key: "1"})
    before = OrderReturn.objects.count()
    second = client.post(page, {"name": "Ada Byron", key: "1", "confirmed": "1"}, follow=True)

    assert 'value="Ada Byron"' in shown.content.decode()
    assert "1 × Shirt" in words(first)
    assert before == 0
    assert order.returns.get().items.get().quantity == 1
    assert "You have withdrawn from the contract." in words(second)


def test_from_an_order_that_hasnt_left_it_is_cancelled(client: Client, order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)
    page = link("orders:withdraw-order", order)

    first = client.post(page, {"name": "Ada Byron"})
    second = client.post(page, {"name": "Ada Byron", "confirmed": "1"}, follow=True)

    assert "the order is cancelled at once" in words(first)
    assert "Cancelled" in words(second)
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_stops_what_hasnt_left_of_an_order_sent_in_parts(client: Client, order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)
    units = {order.items.get().pk: 1}
    commands.ship(order_id=order.pk, carrier="UPS", tracking_number="PART-1", units=units)

    client.post(PAGE, statement(order, confirmed="1"))

    order.refresh_from_db()
    assert (order.status, order.changes.get().status) == ("shipped", "applied")
    assert (order.returns.get().items.get().quantity, receipts()) == (1, 1)


def test_from_the_order_all_of_it_stops_what_hasnt_left(client: Client, order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)
    item = order.items.get()
    commands.ship(order_id=order.pk, carrier="UPS", tracking_number="PART-1", units={item.pk: 1})

    data = {"name": "Ada Byron", f"units-{item.pk}": "1", "confirmed": "1"}
    client.post(link("orders:withdraw-order", order), data)

    assert order.changes.get().status == "applied"
    assert order.returns.get().items.get().quantity == 1


def test_from_the_order_it_says_that_it_is_late(client: Client, order: Order) -> None:
    arrived(order)
    delivered_ago(order, days=30)
    page = link("orders:withdraw-order", order)

    shown = client.get(page)
    key = f"units-{order.items.get().pk}"
    refused = client.post(page, {"name": "Ada Byron", key: "2", "confirmed": "1"})

    assert "You could withdraw from this contract until" in words(shown)
    assert refused.status_code == 409
    assert not OrderReturn.objects.exists()


def test_number_of_queries(client: Client, order: Order, django_assert_num_queries: Any) -> None:
    arrived(order)
    client.get(PAGE)

    with django_assert_num_queries(0):
        client.get(PAGE)
    with django_assert_num_queries(9):
        client.get(link("orders:withdraw-order", order))
