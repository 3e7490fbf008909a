from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from catalog.models import ProductVariant
from orders import commands
from orders.models import Order, OrderReturn
from orders.queries import guest_token
from tests import factories
from tests.orders.coming_back import (
    accepted,
    arrived,
    asked,
    came,
    delivered_ago,
    line,
    sent,
    two_sizes,
)
from tests.storefront import link, words

pytestmark = pytest.mark.django_db


def of_return(name: str, row: OrderReturn) -> str:
    """The address of a return's page as a guest has it."""
    address = reverse(f"orders:{name}", args=[row.order.order_number, row.return_number])
    return f"{address}?token={guest_token(row.order)}"


def filled(order: Order, **fields: str) -> dict[str, str]:
    """The form as a shopper fills it in for one unit of the first line."""
    key = order.items.order_by("id")[0].pk
    given = {"units": "1", "reason": "too_large", "wish": "return:refund", "comment": "", **fields}
    return {
        f"{name}-{key}" if name in {"units", "reason", "instead"} else name: value
        for name, value in given.items()
    }


def test_guest_asks_for_a_return_by_the_link(client: Client, order: Order) -> None:
    arrived(order)

    response = client.post(link("orders:returns", order), filled(order), follow=True)

    row = order.returns.get()
    assert response.redirect_chain == [(of_return("return", row), 303)]
    assert (row.status, row.kind, row.resolution, row.created_by) == (
        "requested",
        "return",
        "refund",
        None,
    )
    assert (row.items.get().quantity, row.items.get().reason) == (1, "too_large")
    text = words(response)
    for part in ("We have your wish", row.return_number, "We look at it", "Keep it after all"):
        assert part in text


def test_owner_asks_from_the_account(client: Client, variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    order = arrived(factories.placed_order((variant, 1), user=user))
    client.force_login(user)

    response = client.post(
        reverse("orders:returns", args=[order.order_number]), filled(order, comment="Too wide")
    )

    row = order.returns.get()
    assert response.status_code == 303
    assert (row.user, row.created_by, row.comment) == (user, user, "Too wide")


def test_asks_for_an_exchange(client: Client, us_shipping: object) -> None:
    small, medium = two_sizes()
    order = arrived(factories.placed_order((small, 1)))

    client.post(
        link("orders:returns", order),
        filled(order, wish="exchange:exchange", instead=str(medium.pk)),
    )

    row = order.returns.get()
    assert (row.kind, row.items.get().wanted_variant) == ("exchange", medium)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"units": "0"}, "Please choose at least one thing."),
        ({"reason": ""}, "Please say why."),
        ({"wish": ""}, "Please choose."),
        ({"wish": "exchange:exchange", "instead": ""}, "Please choose."),
        ({"wish": "withdrawal:refund"}, "Select a valid choice"),
        ({"units": "3"}, "Select a valid choice"),
        ({"units": "-1"}, "Select a valid choice"),
        ({"units": "1.5"}, "Select a valid choice"),
        ({"reason": "just so"}, "Select a valid choice"),
        ({"comment": "\0"}, "Null characters are not allowed."),
    ],
)
def test_names_what_is_wrong(
    client: Client, us_shipping: object, fields: dict[str, str], sentence: str
) -> None:
    small, _medium = two_sizes()
    order = arrived(factories.placed_order((small, 2)))

    response = client.post(link("orders:returns", order), filled(order, **fields))

    assert response.status_code == 400
    assert sentence in words(response)
    assert not OrderReturn.objects.exists()


def test_offers_nothing_before_the_parcel_left(client: Client, order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)

    response = client.get(link("orders:returns", order))

    assert response.status_code == 200
    assert "Nothing of this order can be sent back" in words(response)


def test_offers_only_claims_when_it_is_late(client: Client, order: Order) -> None:
    arrived(order)
    delivered_ago(order, days=40)

    response = client.get(link("orders:returns", order))
    refused = client.post(link("orders:returns", order), filled(order))
    client.post(link("orders:returns", order), filled(order, wish="claim:refund"))

    assert "The time to send things back has passed." in words(response)
    assert refused.status_code == 400
    assert order.returns.get().kind == "claim"


def test_says_it_when_a_twin_was_faster(
    client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [line(arrived(order), units=2)]
    real = commands.request_return

    def after_a_twin(**asked_for: Any) -> OrderReturn:
        real(**{**asked_for, "lines": both})
        return real(**asked_for)

    monkeypatch.setattr(commands, "request_return", after_a_twin)

    response = client.post(link("orders:returns", order), filled(order))

    assert response.status_code == 409
    assert "There is nothing left of this order that could be sent back." in words(response)
    assert OrderReturn.objects.count() == 1


@pytest.mark.parametrize("page", ["orders:returns", "orders:withdraw-order"])
def test_nobody_else_sees_it(client: Client, order: Order, page: str) -> None:
    arrived(order)
    client.force_login(factories.UserFactory.create())

    response = client.get(reverse(page, args=[order.order_number]))

    assert response.status_code == 404


@pytest.mark.parametrize("name", ["return", "return-label"])
def test_a_return_of_another_order_is_not_found(
    client: Client, order: Order, variant: ProductVariant, name: str
) -> None:
    mine = asked(arrived(order))
    other = asked(arrived(factories.placed_order((variant, 1))))

    address = reverse(f"orders:{name}", args=[mine.order.order_number, other.return_number])
    response = client.get(f"{address}?token={guest_token(order)}")

    assert response.status_code == 404


def test_shows_how_far_it_is(client: Client, order: Order) -> None:
    row = accepted(arrived(order), units=2)
    allowed = words(client.get(of_return("return", row)))
    came(row)
    partly = words(client.get(of_return("return", row)))
    came(row)
    whole = words(client.get(of_return("return", row)))

    assert "Waiting for the parcel" in allowed
    assert "Print the label" in allowed
    assert "Partly here" in partly
    assert "1 arrived" in partly
    assert "Keep it after all" not in partly
    assert "2 arrived" in whole
    assert "Print the label" not in whole


def test_label_says_where_to(client: Client, order: Order, settings: Settings) -> None:
    settings.SHOP_NAME, settings.SHOP_ADDRESS = "Tidewater", ["Lange Straße 1", "10243 Berlin"]
    row = accepted(arrived(order))

    text = words(client.get(of_return("return-label", row)))

    for part in ("Tidewater Lange Straße 1 10243 Berlin", row.return_number, "Ada Byron"):
        assert part in text


def test_there_is_no_label_before_staff_said_yes(client: Client, order: Order) -> None:
    row = asked(arrived(order))

    text = words(client.get(of_return("return-label", row)))

    assert "There is no label" in text


def test_keeps_it_after_all(client: Client, order: Order) -> None:
    row = asked(arrived(order))

    response = client.post(of_return("return-cancel", row), follow=True)

    row.refresh_from_db()
    assert row.status == "cancelled"
    assert "Nothing comes back: you keep it." in words(response)


def test_keeping_it_comes_too_late(client: Client, order: Order) -> None:
    row = came(accepted(arrived(order), units=2))

    response = client.post(of_return("return-cancel", row))

    row.refresh_from_db()
    assert (response.status_code, row.status) == (409, "partially_received")


@pytest.mark.parametrize("page", ["orders:returns", "orders:withdraw-order"])
def test_the_order_leads_there(client: Client, order: Order, page: str) -> None:
    sent(order)

    response = client.get(link("orders:detail", order))

    assert link(page, order) in response.content.decode()


def test_number_of_queries_of_the_portal(
    client: Client, order: Order, django_assert_num_queries: Any
) -> None:
    asked(arrived(order))

    with django_assert_num_queries(12):
        client.get(link("orders:returns", order))


def test_number_of_queries_of_a_return(
    client: Client, order: Order, django_assert_num_queries: Any
) -> None:
    row = asked(arrived(order))

    with django_assert_num_queries(8):
        client.get(of_return("return", row))


def test_owner_sees_which_order_is_sent_instead(client: Client, variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    order = arrived(factories.placed_order((variant, 1), user=user))
    row = accepted(order, kind="claim", resolution="replacement")
    new = commands.send_replacement(return_id=row.pk).replacement
    client.force_login(user)

    page = client.get(reverse("orders:return", args=[order.order_number, row.return_number]))

    assert f"Order {new} brings what you get instead." in words(page)
