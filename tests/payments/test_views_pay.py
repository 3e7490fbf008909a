from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from payments.commands import TRIES_FROM_NETWORK
from payments.models import Payment
from payments.sandbox.bank import MAX_TRIES
from shopflow.lib.limits import take
from tests import factories
from tests.payments.sandbox_process import CARD_DECLINES, NOWHERE, Sandbox
from tests.payments.webhooks import Till
from tests.storefront import link, words

pytestmark = pytest.mark.django_db


def test_page_shows_the_amount_and_changes_nothing(client: Client, order: Order) -> None:
    response = client.get(link("payments:pay", order))

    assert response.status_code == 200
    assert "$114.78" in words(response)
    assert "set aside for 14 more minutes" in words(response)
    assert Payment.objects.count() == 0
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"


def test_button_leads_to_the_provider(client: Client, order: Order, sandbox: Sandbox) -> None:
    response = client.post(link("payments:pay", order))

    payment = Payment.objects.get()
    assert response.status_code == 303
    assert response["Location"] == payment.redirect_url
    assert response["Location"].startswith(sandbox.url)
    assert payment.amount == Decimal("114.78")


def test_pressed_twice_is_one_payment(client: Client, order: Order, sandbox: Sandbox) -> None:
    first = client.post(link("payments:pay", order))
    second = client.post(link("payments:pay", order))

    assert second["Location"] == first["Location"]
    assert Payment.objects.count() == 1


def test_one_order_is_tried_twenty_times_an_hour(
    client: Client, order: Order, settings: Settings
) -> None:
    settings.SANDBOX_URL = NOWHERE

    statuses = [
        client.post(link("payments:pay", order), REMOTE_ADDR=f"198.51.100.{n}").status_code
        for n in range(21)
    ]

    assert statuses == [503] * 20 + [429]


def test_one_network_opens_sixty_payments_an_hour(
    client: Client, order: Order, sandbox: Sandbox
) -> None:
    for _ in range(60):
        take(TRIES_FROM_NETWORK, "127.0.0.1")

    response = client.post(link("payments:pay", order))

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert Payment.objects.count() == 0


def test_absent_provider_is_said_and_can_be_tried_again(
    client: Client, order: Order, settings: Settings
) -> None:
    settings.SANDBOX_URL = NOWHERE

    response = client.post(link("payments:pay", order))

    assert response.status_code == 503
    assert "Please try again in a moment." in words(response)
    assert "Try again" in words(response)
    order.refresh_from_db()
    assert order.status == "pending"


def test_declined_card_is_said(client: Client, order: Order, till: Till) -> None:
    payment = till.start(order)
    for _ in range(MAX_TRIES):
        till.sandbox.pay(payment.provider_payment_id, CARD_DECLINES)
    till.tell(payment, "payment.failed")

    response = client.get(link("payments:pay", order))

    assert "Your last try didn't work: Your bank declined this card." in words(response)
    assert "Try again" in words(response)


def test_paid_order_leads_to_the_thanks(client: Client, order: Order) -> None:
    orders.confirm(order_id=order.pk, amount=order.total)

    response = client.get(link("payments:pay", order))

    assert "This order is paid" in words(response)
    assert link("orders:thanks", order) in response.content.decode()
    assert client.post(link("payments:pay", order)).status_code == 409


def test_expired_order_says_so_kindly_and_takes_no_money(client: Client, order: Order) -> None:
    orders.expire(order_id=order.pk)

    response = client.post(link("payments:pay", order))

    assert response.status_code == 409
    assert "The time to pay has run out" in words(response)
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("query", ["", "?token=zz", "?token=%00"])
def test_without_its_link_it_is_not_found(
    client: Client, order: Order, method: str, query: str
) -> None:
    address = reverse("payments:pay", args=[order.order_number]) + query

    response = getattr(client, method)(address)

    assert response.status_code == 404
    assert Payment.objects.count() == 0


def test_order_of_somebody_else_is_not_found(client: Client, variant: ProductVariant) -> None:
    theirs = factories.placed_order((variant, 1), user=factories.UserFactory.create())
    client.force_login(factories.UserFactory.create())

    response = client.post(reverse("payments:pay", args=[theirs.order_number]))

    assert response.status_code == 404
    assert Payment.objects.count() == 0


def test_owner_pays_without_a_link(
    client: Client, variant: ProductVariant, sandbox: Sandbox
) -> None:
    user = factories.UserFactory.create()
    order = factories.placed_order((variant, 1), user=user)
    client.force_login(user)

    response = client.post(reverse("payments:pay", args=[order.order_number]))

    assert response.status_code == 303
    assert Payment.objects.get().user_id == user.pk


def test_paying_needs_the_token_of_its_form(order: Order) -> None:
    response = Client(enforce_csrf_checks=True).post(link("payments:pay", order))

    assert response.status_code == 403
    assert Payment.objects.count() == 0
