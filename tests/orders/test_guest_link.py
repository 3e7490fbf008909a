import base64
from datetime import timedelta

import pytest
from pytest_django import Settings

from catalog.models import ProductVariant
from orders import queries
from orders.errors import OrderNotFound
from orders.models import Order
from shopflow.lib.ids import new_id
from tests import factories

pytestmark = pytest.mark.django_db


def test_opens_the_order_it_was_made_for(order: Order) -> None:
    token = queries.guest_token(order)

    assert queries.order_id_of(token) == order.pk
    assert queries.find_by_token(number=order.order_number, token=token) == order
    assert queries.find_by_token(number=order.order_number.lower(), token=token) == order


def test_is_the_same_in_every_mail(order: Order) -> None:
    assert queries.guest_token(order) == queries.guest_token(Order.objects.get(pk=order.pk))


def test_proves_its_order_before_any_query(order: Order, settings: Settings) -> None:
    token = queries.guest_token(order)
    settings.SECRET_KEY = "another key of at least forty characters, really"

    with pytest.raises(OrderNotFound):
        queries.order_id_of(token)


def test_opens_no_other_order(order: Order, variant: ProductVariant) -> None:
    other = factories.placed_order((variant, 1))

    with pytest.raises(OrderNotFound):
        queries.find_by_token(number=other.order_number, token=queries.guest_token(order))


def test_ends_when_the_version_is_raised(order: Order) -> None:
    token = queries.guest_token(order)
    Order.objects.filter(pk=order.pk).update(guest_token_version=2)

    with pytest.raises(OrderNotFound):
        queries.find_by_token(number=order.order_number, token=token)


def test_refuses_a_token_with_one_bit_changed(order: Order) -> None:
    raw = base64.urlsafe_b64decode(queries.guest_token(order) + "==")

    for position in range(len(raw)):
        forged = bytearray(raw)
        forged[position] ^= 1
        with pytest.raises(OrderNotFound):
            queries.order_id_of(base64.urlsafe_b64encode(bytes(forged)).decode())


@pytest.mark.parametrize("token", ["", "x", "=", "ü" * 10, "\0", "A" * 68, "A" * 10_000, "%s"])
def test_refuses_what_is_no_token(token: str) -> None:
    with pytest.raises(OrderNotFound):
        queries.order_id_of(token)


@pytest.mark.parametrize("number", ["\0", "", "x" * 5000, "ORD-2025-000000"])
def test_refuses_a_number_that_is_not_the_orders(order: Order, number: str) -> None:
    with pytest.raises(OrderNotFound):
        queries.find_by_token(number=number, token=queries.guest_token(order))


def test_opened_reads_as_the_guest_with_the_link(order: Order) -> None:
    token = queries.guest_token(order)

    with queries.opened(number=order.order_number, token=token, user_id=None) as found:
        assert found == order


def test_opened_reads_as_the_owner(variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    order = factories.placed_order((variant, 1), user=user)

    with queries.opened(number=order.order_number, token="", user_id=user.pk) as found:
        assert found == order


def test_opened_refuses_everybody_else(order: Order) -> None:
    stranger = factories.UserFactory.create()

    with (
        pytest.raises(OrderNotFound),
        queries.opened(number=order.order_number, token="", user_id=stranger.pk),
    ):
        pass
    with (
        pytest.raises(OrderNotFound),
        queries.opened(number=order.order_number, token="", user_id=None),
    ):
        pass


def test_find_for_user_refuses_the_order_of_somebody_else(variant: ProductVariant) -> None:
    owner, stranger = factories.UserFactory.create_batch(2)
    order = factories.placed_order((variant, 1), user=owner)

    assert queries.find_for_user(number=order.order_number, user_id=owner.pk) == order
    with pytest.raises(OrderNotFound) as refused:
        queries.find_for_user(number=order.order_number, user_id=stranger.pk)

    assert (refused.value.code, refused.value.status) == ("order_not_found", 404)


def test_find_for_user_gives_nobody_a_guests_order(order: Order) -> None:
    with pytest.raises(OrderNotFound):
        queries.find_for_user(number=order.order_number, user_id=new_id())


@pytest.mark.parametrize("email", [" ADA@example.com ", "ada@EXAMPLE.com"])
def test_find_by_email_ignores_case(order: Order, email: str) -> None:
    assert queries.find_by_email(number=order.order_number, email=email) == order.pk


@pytest.mark.parametrize("email", ["", "bob@example.com", "ada@example.co", "ada\0@example.com"])
def test_find_by_email_refuses_another(order: Order, email: str) -> None:
    with pytest.raises(OrderNotFound):
        queries.find_by_email(number=order.order_number, email=email)


def test_find_by_email_never_takes_nothing_for_nothing() -> None:
    with pytest.raises(OrderNotFound):
        queries.find_by_email(number="ORD-2025-000000", email="")


def test_orders_of_lists_a_users_own(variant: ProductVariant) -> None:
    owner, stranger = factories.UserFactory.create_batch(2)
    mine = [factories.placed_order((variant, 1), user=owner) for _ in range(2)]
    factories.placed_order((variant, 1), user=stranger)
    factories.placed_order((variant, 1))

    assert list(queries.orders_of(owner.pk).order_by("id")) == mine


def test_overdue_names_unpaid_orders_past_their_time(variant: ProductVariant) -> None:
    late, paid, fresh = (factories.placed_order((variant, 1)) for _ in range(3))
    for order in (late, paid):
        past = order.placed_at - timedelta(seconds=1)
        order.reservations.update(expires_at=past)
    Order.objects.filter(pk=paid.pk).update(status="confirmed", confirmed_at=paid.placed_at)

    assert queries.overdue(limit=10) == [late.pk]
    assert fresh.pk not in queries.overdue(limit=10)
