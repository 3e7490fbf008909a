"""Keeping a card and paying with it, for mobile clients."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from orders.models import Order
from payments.models import Payment
from tests.api.people import AppUser, app_user
from tests.api.shop import Shop, checkout_body, problem, send
from tests.payments.cards import saved_card
from tests.payments.sandbox_process import Sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(shop: Shop) -> AppUser:
    return app_user()


def order_of(client: Client, shop: Shop, person: AppUser) -> Order:
    line = {"variant": str(shop.medium), "quantity": 1}
    send(client, "post", "cart/items/", line, access=person.access)
    body = checkout_body(shop)
    answer = send(client, "post", "checkout/", body, access=person.access, key=uuid4().hex)
    assert answer.status_code == 201, answer.content
    return Order.objects.latest("id")


def pay(client: Client, order: Order, person: AppUser | None, **body: Any) -> Any:
    path = f"orders/{order.order_number}/payments/"
    facts = {"access": person.access} if person else {}
    return send(client, "post", path, body, key=uuid4().hex, **facts)


def test_keeps_a_card_and_pays_with_it(
    client: Client, shop: Shop, ada: AppUser, till: Till, sandbox: Sandbox
) -> None:
    first, second = order_of(client, shop, ada), order_of(client, shop, ada)
    page = pay(client, first, ada, keep_card=True).json()["client_action"]["redirect"]
    payment = Payment.objects.get(order=first)
    sandbox.pay(payment.provider_payment_id)
    till.tell(payment)
    [card] = send(client, "get", "me/payment-methods/", access=ada.access).json()["results"]

    answer = pay(client, second, ada, payment_method=card["id"])

    assert page == payment.redirect_url
    assert (card["card_brand"], card["card_last_four"], card["exp_year"]) == ("Visa", "4242", 2034)
    assert answer.status_code == 201
    assert f"/orders/{second.order_number}/thanks/" in answer.json()["client_action"]["redirect"]
    second.refresh_from_db()
    assert second.payment_status == "paid"


@pytest.mark.parametrize("named", ["00000000-0000-0000-0000-000000000000", "theirs"])
def test_refuses_a_card_that_is_not_theirs(
    client: Client, shop: Shop, ada: AppUser, named: str
) -> None:
    order = order_of(client, shop, ada)
    theirs = saved_card(app_user("eve@example.com").user)
    card_id = str(theirs.pk) if named == "theirs" else named

    answer = pay(client, order, ada, payment_method=card_id)

    problem(answer, 404, "payment_method_not_found")
    assert not Payment.objects.exists()


@pytest.mark.parametrize("body", [{"payment_method": "4242424242424242"}, {"keep_card": "perhaps"}])
def test_refuses_nonsense(client: Client, shop: Shop, ada: AppUser, body: dict[str, Any]) -> None:
    order = order_of(client, shop, ada)

    problem(pay(client, order, ada, **body), 400, "invalid")

    assert not Payment.objects.exists()
