from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import ProductVariant
from orders.models import Order
from payments.commands import RefundLine, refund, refund_lines
from payments.models import Payment, Refund
from tests import factories, staff
from tests.books import books
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 9


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    """$114.78, captured: two shirts for 108.88 with their tax, and 5.90 for shipping."""
    return till.paid(order)


def address(payment: Payment) -> str:
    return reverse("admin:payments_payment_lines", args=[payment.pk])


def choice(payment: Payment, units: int, shipping: str = "") -> dict[str, Any]:
    return {str(payment.order.items.get().pk): units, "shipping": shipping}


def filled(payment: Payment, units: int, **facts: Any) -> dict[str, Any]:
    return {
        **choice(payment, units),
        "amount": "54.44",
        "reason": "torn seam",
        "key": str(uuid4()),
        **facts,
    }


def test_shows_what_is_left_of_each_line(client: Client, payment: Payment) -> None:
    line = RefundLine(order_item_id=payment.order.items.get().pk, quantity=1)
    refund_lines(payment_id=payment.pk, lines=[line], reason="torn seam")

    words = staff.text_of(client.get(address(payment)))

    assert f"{payment.order.items.get().sku} 2 1 $54.44" in words
    assert "Shipping $5.90" in words
    assert "$60.34 of this payment can still go back" in words


def test_works_out_what_a_choice_comes_to(client: Client, payment: Payment) -> None:
    before = books()

    response = client.get(address(payment), choice(payment, 1, "5.90"))

    assert "This comes to $60.34" in staff.text_of(response)
    assert staff.form_of(response, "send")["amount"] == "60.34"
    assert books()["refunds"] == before["refunds"]


def test_sends_what_was_worked_out(
    client: Client, payment: Payment, variant: ProductVariant
) -> None:
    page = client.get(address(payment), choice(payment, 1, "5.90"))
    form = staff.form_of(page, "send")

    response = client.post(address(payment), {**form, "reason": "torn seam", "restock": "on"})

    assert response.status_code == 303
    row = Refund.objects.get()
    assert (row.amount, row.shipping_amount, row.restock) == (
        Decimal("60.34"),
        Decimal("5.90"),
        True,
    )
    assert (row.reason, row.items.get().quantity) == ("torn seam", 1)
    assert factories.figures(variant) == (10, 1)


def test_the_button_pressed_twice_sends_once(client: Client, payment: Payment) -> None:
    form = filled(payment, 1)

    statuses = [client.post(address(payment), form).status_code for _ in range(2)]

    assert statuses == [303, 303]
    assert Refund.objects.count() == 1


def test_suggests_no_more_than_is_left_of_the_payment(client: Client, payment: Payment) -> None:
    refund(payment_id=payment.pk, amount=Decimal("100.00"), reason="goodwill")

    response = client.get(address(payment), choice(payment, 2))

    assert staff.form_of(response, "send")["amount"] == "14.78"


@pytest.mark.parametrize(
    ("facts", "status", "sentence"),
    [
        ({"amount": "54.45"}, 409, "That is more than is left of this payment."),
        ({"amount": "0"}, 400, "greater than or equal to 0.01"),
        ({"amount": "x"}, 400, "Enter a number."),
        ({"reason": ""}, 400, "This field is required."),
        ({"shipping": "5.91"}, 400, "less than or equal to 5.90"),
        ({"shipping": "-1"}, 400, "greater than or equal to 0"),
    ],
)
def test_bad_input_shows_a_sentence_and_changes_nothing(
    client: Client, payment: Payment, facts: dict[str, str], status: int, sentence: str
) -> None:
    response = client.post(address(payment), filled(payment, 1, **facts))

    assert response.status_code == status
    assert sentence in staff.text_of(response)
    assert not Refund.objects.exists()


@pytest.mark.parametrize("units", [3, -1, "x"])
def test_refuses_units_that_are_not_there(client: Client, payment: Payment, units: Any) -> None:
    response = client.post(address(payment), filled(payment, units))

    assert response.status_code == 400
    assert not Refund.objects.exists()


def test_an_empty_choice_asks_for_one(client: Client, payment: Payment) -> None:
    words = staff.text_of(client.get(address(payment), choice(payment, 0)))

    assert "Choose at least one unit" in words


def test_asks_who_it_is_before_money_goes_back(payment: Payment) -> None:
    browser = staff.a_while_ago(staff.signed_in(staff.owner()))

    response = browser.post(address(payment), filled(payment, 1))

    assert response.status_code == 303
    assert response["Location"].startswith("/accounts/prove/")
    assert not Refund.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_refuses_staff_who_may_only_look(payment: Payment, method: str) -> None:
    client = staff.signed_in(staff.employee("payments.view_payment"))

    response = getattr(client, method)(address(payment), filled(payment, 1))

    assert response.status_code == 403
    assert not Refund.objects.exists()


def test_the_payment_leads_there(client: Client, payment: Payment) -> None:
    page = client.get(reverse("admin:payments_payment_change", args=[payment.pk]))

    assert address(payment) in page.content.decode()


def test_takes_a_fixed_number_of_queries(
    client: Client,
    till: Till,
    variant: ProductVariant,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for lines in ([variant], [variant, factories.variant_on_sale()]):
        payment = till.paid(factories.placed_order(*((one, 1) for one in lines)))

        with django_assert_num_queries(PAGE_QUERIES):
            client.get(address(payment))
