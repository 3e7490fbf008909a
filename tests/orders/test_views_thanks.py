from decimal import Decimal

import pytest
from django.test import Client

from orders import commands as orders
from orders.models import Order
from tests.storefront import link, words

pytestmark = pytest.mark.django_db


def test_thanks_waits_and_looks_again_while_unpaid(client: Client, order: Order) -> None:
    response = client.get(link("orders:thanks", order))

    assert "We're waiting for the payment" in words(response)
    assert response["Refresh"].startswith("3;url=?token=")
    assert response["Refresh"].endswith("&n=1")
    assert response["Referrer-Policy"] == "no-referrer"


def test_coming_back_from_the_provider_makes_nothing_paid(client: Client, order: Order) -> None:
    client.get(link("orders:thanks", order) + "&paid=true&status=captured")

    order.refresh_from_db()
    assert (order.status, order.amount_paid) == ("pending", Decimal(0))


def test_thanks_gives_up_looking_after_a_while(client: Client, order: Order) -> None:
    response = client.get(link("orders:thanks", order) + "&n=40")

    assert "Refresh" not in response
    assert "It takes longer than usual" in words(response)


@pytest.mark.parametrize("n", ["x", "-1", "%00", "9" * 5000, "²"])
def test_thanks_does_not_mind_nonsense(client: Client, order: Order, n: str) -> None:
    assert client.get(link("orders:thanks", order) + f"&n={n}").status_code == 200


def test_thanks_says_confirmed_when_it_is(client: Client, order: Order) -> None:
    orders.confirm(order_id=order.pk, amount=order.total)

    response = client.get(link("orders:thanks", order))

    assert "Thank you. Your order is confirmed." in words(response)
    assert "Refresh" not in response


def test_thanks_says_kindly_that_time_ran_out(client: Client, order: Order) -> None:
    orders.expire(order_id=order.pk)

    response = client.get(link("orders:thanks", order))

    assert "The time to pay has run out" in words(response)
