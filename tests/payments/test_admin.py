from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from payments import commands as payments
from payments.models import Payment, PaymentEvent, Refund
from tests import factories, staff
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db
PAYMENTS = "/admin/payments/payment/"
REFUNDS = "/admin/payments/refund/"
EVENTS = "/admin/payments/paymentevent/"
LIST_QUERIES = 7


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    """$114.78, captured."""
    return till.paid(order)


def refund_address(payment: Payment) -> str:
    return reverse("admin:payments_payment_refund", args=[payment.pk])


def rows_of(payment: Payment) -> dict[str, Any]:
    """Everything a refund writes, apart from ids, times and who did it."""
    payment.refresh_from_db()
    order = Order.objects.get(pk=payment.order_id)
    return {
        "payment": (payment.status, payment.amount_captured, payment.amount_refunded),
        "order": (order.status, order.payment_status, order.amount_refunded),
        "history": list(order.history.values_list("from_status", "to_status", "notes")),
        "refunds": list(
            payment.refunds.order_by("id").values_list("amount", "currency", "reason", "status")
        ),
    }


@pytest.mark.parametrize("amount", ["14.78", "114.78"])
def test_refunds_as_the_command_does(
    client: Client, variant: ProductVariant, payment: Payment, till: Till, amount: str
) -> None:
    other = till.paid(factories.placed_order((variant, 2)))

    payments.refund(payment_id=other.pk, amount=Decimal(amount), reason="torn seam")
    response = client.post(refund_address(payment), {"amount": amount, "reason": "torn seam"})

    assert response.status_code == 302
    assert rows_of(payment) == rows_of(other)
    assert payment.amount_refunded == Decimal(amount)


def test_names_who_sent_it_and_says_so(payment: Payment) -> None:
    manager = staff.owner()

    response = staff.signed_in(manager).post(
        refund_address(payment), {"amount": "14.78", "reason": "torn seam"}, follow=True
    )

    assert "The refund of $14.78 is on its way." in staff.text_of(response)
    assert Refund.objects.get().created_by == manager


def test_offers_what_is_left(client: Client, payment: Payment) -> None:
    payments.refund(payment_id=payment.pk, amount=Decimal("14.78"), reason="torn seam")

    content = client.get(f"{PAYMENTS}{payment.pk}/change/").content.decode()

    assert 'value="100.00"' in content
    assert "On its way" in content


@pytest.mark.parametrize(
    ("amount", "status", "sentence"),
    [
        ("114.79", 409, "That is more than is left of this payment."),
        ("0", 400, "greater than or equal to 0.01"),
        ("-5", 400, "greater than or equal to 0.01"),
        ("1.005", 400, "no more than 2 decimal places"),
        ("abc", 400, "Enter a number."),
        ("NaN", 400, "Enter a number."),
        ("", 400, "This field is required."),
        ("1e30", 400, "Ensure that there are no more than 12 digits"),
    ],
)
def test_bad_input_shows_a_sentence_and_changes_nothing(
    client: Client, payment: Payment, amount: str, status: int, sentence: str
) -> None:
    before = rows_of(payment)

    response = client.post(refund_address(payment), {"amount": amount, "reason": "x"})

    assert response.status_code == status
    assert sentence in staff.text_of(response)
    assert rows_of(payment) == before


def test_asks_who_it_is_before_money_goes_back(payment: Payment) -> None:
    browser = staff.a_while_ago(staff.signed_in(staff.owner()))
    before = rows_of(payment)

    response = browser.post(refund_address(payment), {"amount": "1.00", "reason": "x"})

    assert response.status_code == 303
    assert response["Location"].startswith("/accounts/prove/?next=%2Fadmin%2Fpayments%2Fpayment")
    assert rows_of(payment) == before


def test_refuses_staff_who_may_only_look(payment: Payment) -> None:
    client = staff.signed_in(staff.employee("payments.view_payment"))
    before = rows_of(payment)

    response = client.post(refund_address(payment), {"amount": "1.00", "reason": "x"})

    assert response.status_code == 403
    assert rows_of(payment) == before


@pytest.mark.parametrize("path", ["add/", "{}/change/", "{}/delete/"])
def test_payments_are_not_edited_by_hand(client: Client, payment: Payment, path: str) -> None:
    before = rows_of(payment)

    response = client.post(PAYMENTS + path.format(payment.pk), {"status": "voided", "post": "yes"})

    assert response.status_code == 403
    assert rows_of(payment) == before


def test_an_order_shows_its_payments_and_refunds(client: Client, payment: Payment) -> None:
    address = reverse("admin:orders_order_change", args=[payment.order_id])
    cancel = reverse("admin:orders_order_cancel", args=[payment.order_id])

    paid = staff.text_of(client.get(address))
    client.post(cancel, {"reason": "wrong size"})
    cancelled = staff.text_of(client.get(address))
    payments.settle_cancelled(order_id=payment.order_id)
    written = staff.text_of(client.get(address))
    payments.settle_refund(refund_id=Refund.objects.get().pk)
    settled = staff.text_of(client.get(address))

    assert "$114.78 by sandbox (Visa 4242) Captured" in paid
    assert "The refund of $114.78 is on its way" in cancelled
    assert "Refund of $114.78 On its way Order cancelled" in written
    assert "The refund of $114.78 is on its way" not in written
    assert "Refund of $114.78 Succeeded Order cancelled" in settled


def test_an_order_shows_a_payment_that_failed(client: Client, order: Order, till: Till) -> None:
    payment = till.start(order)
    Payment.objects.filter(pk=payment.pk).update(status="failed", failure_reason="Card declined")

    words = staff.text_of(client.get(reverse("admin:orders_order_change", args=[order.pk])))

    assert "Failed" in words
    assert "Card declined" in words


def test_processes_a_waiting_event(client: Client, order: Order, till: Till) -> None:
    event_id = till.receive(till.event(till.pay(order)))

    waiting = staff.text_of(client.get(EVENTS, {"processed": "waiting"}))
    response = client.post(
        EVENTS, {"action": "process_now", "_selected_action": [str(event_id)]}, follow=True
    )

    assert "payment.captured" in waiting
    assert "done" in staff.text_of(response)
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert PaymentEvent.objects.get().outcome == "done"
    assert "1 payment event" not in staff.text_of(client.get(EVENTS, {"processed": "waiting"}))


def test_a_processed_event_does_nothing_again(client: Client, payment: Payment) -> None:
    before = rows_of(payment)
    event = PaymentEvent.objects.get()

    client.post(EVENTS, {"action": "process_now", "_selected_action": [str(event.pk)]})

    assert rows_of(payment) == before


def test_says_why_an_event_cannot_be_processed(client: Client, order: Order, till: Till) -> None:
    event_id = till.receive(till.event(till.pay(order)))
    PaymentEvent.objects.update(payload={"nonsense": True})

    response = client.post(
        EVENTS, {"action": "process_now", "_selected_action": [str(event_id)]}, follow=True
    )

    assert response.status_code == 200
    assert "error" in response.content.decode()
    event = PaymentEvent.objects.get()
    assert event.processed_at is None
    order.refresh_from_db()
    assert order.status == "pending"


def test_shows_what_the_provider_sent(client: Client, payment: Payment) -> None:
    event = PaymentEvent.objects.get()

    words = staff.text_of(client.get(f"{EVENTS}{event.pk}/change/"))

    assert payment.provider_payment_id in words


@pytest.mark.parametrize("address", [PAYMENTS, REFUNDS, EVENTS])
def test_the_lists_take_a_fixed_number_of_queries(
    client: Client,
    variant: ProductVariant,
    till: Till,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
) -> None:
    for expected in (1, 2):
        paid = till.paid(factories.placed_order((variant, 1)))
        payments.refund(payment_id=paid.pk, amount=Decimal("1.00"), reason="torn seam")

        with django_assert_num_queries(LIST_QUERIES + (address != REFUNDS)):
            response = client.get(address)

        assert f" {expected} " in staff.text_of(response)


def test_a_payment_without_money_offers_no_refund(client: Client, order: Order, till: Till) -> None:
    payment = till.start(order)

    page = client.get(f"{PAYMENTS}{payment.pk}/change/")
    response = client.post(refund_address(payment), {"amount": "1.00", "reason": "x"})

    assert "All or part of what is left." not in staff.text_of(page)
    assert response.status_code == 409
    assert not Refund.objects.exists()


def test_a_paid_order_that_is_shipped_still_shows_its_payment(
    client: Client, payment: Payment
) -> None:
    orders.ship(order_id=payment.order_id, carrier="DHL", tracking_number="TN-1")

    words = staff.text_of(client.get(reverse("admin:orders_order_change", args=[payment.order_id])))

    assert "Shipped Paid Fulfilled" in words
