import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from tests import factories, staff

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/order/"
# Two of each are the savepoint of the test's own transaction.
LIST_QUERIES = 7
PAGE_QUERIES = 26


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


@pytest.fixture
def paid(order: Order) -> Order:
    return orders.confirm(order_id=order.pk, amount=order.total)


def page(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def test_an_order_page_takes_a_fixed_number_of_queries(
    client: Client,
    us_shipping: object,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    few = factories.placed_order((factories.variant_on_sale(), 1))
    many = factories.placed_order(*((factories.variant_on_sale(), 1) for _ in range(4)))
    for number, order in enumerate((few, many)):
        orders.confirm(order_id=order.pk, amount=order.total)
        orders.ship(order_id=order.pk, carrier="DHL", tracking_number=f"TN-{number}")

    for order in (few, many):
        with django_assert_num_queries(PAGE_QUERIES):
            assert client.get(page(order)).status_code == 200


def test_the_list_takes_a_fixed_number_of_queries(
    client: Client, variant: ProductVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for expected in (1, 4):
        while Order.objects.count() < expected:
            factories.placed_order((variant, 1))

        with django_assert_num_queries(LIST_QUERIES):
            response = client.get(LIST)

        assert f"{expected} order" in staff.text_of(response)


@pytest.mark.parametrize(
    "term", ["{number}", "{lower}", "ada@example.com", "ADA@example.com", " {number} "]
)
def test_finds_an_order_by_number_or_email(client: Client, order: Order, term: str) -> None:
    wanted = term.format(number=order.order_number, lower=order.order_number.lower())

    response = client.get(LIST, {"q": wanted})

    assert order.order_number in staff.text_of(response)


@pytest.mark.parametrize("term", ["ORD-1999", "eve@example.com", "' OR 1=1 --", "%", "\\"])
def test_finds_nothing_else(client: Client, order: Order, term: str) -> None:
    response = client.get(LIST, {"q": term})

    assert response.status_code == 200
    assert order.order_number not in staff.text_of(response)


@pytest.mark.parametrize(
    ("filters", "is_shown"),
    [
        ({"status__exact": "confirmed"}, True),
        ({"status__exact": "pending"}, False),
        ({"payment_status__exact": "paid"}, True),
        ({"payment_status__exact": "unpaid"}, False),
    ],
)
def test_filters_by_status(
    client: Client, paid: Order, filters: dict[str, str], is_shown: bool
) -> None:
    words = staff.text_of(client.get(LIST, filters))

    assert (paid.order_number in words) is is_shown


def test_cancels_the_chosen_orders_of_the_list(
    client: Client, variant: ProductVariant, paid: Order
) -> None:
    shipped = factories.placed_order((variant, 1))
    orders.confirm(order_id=shipped.pk, amount=shipped.total)
    orders.ship(order_id=shipped.pk, carrier="DHL", tracking_number="TN-1")
    untouched = factories.placed_order((variant, 1))

    response = client.post(
        LIST,
        {"action": "cancel_selected", "_selected_action": [str(paid.pk), str(shipped.pk)]},
        follow=True,
    )

    words = staff.text_of(response)
    assert f"{paid} is cancelled. The refund of $114.78 is on its way." in words
    assert f"{shipped}: This order can't be cancelled any more." in words
    statuses = [Order.objects.get(pk=o.pk).status for o in (paid, shipped, untouched)]
    assert statuses == ["cancelled", "shipped", "pending"]


def test_cancels_no_more_than_fifty_at_once(
    client: Client, variant: ProductVariant, paid: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.admin.orders.MOST_AT_ONCE", 1)
    other = factories.placed_order((variant, 1))

    response = client.post(
        LIST,
        {
            "action": "cancel_selected",
            "select_across": "1",
            "_selected_action": [str(paid.pk), str(other.pk)],
        },
        follow=True,
    )

    assert "Choose at most 1 orders at once. Nothing was cancelled." in staff.text_of(response)
    assert not Order.objects.filter(status="cancelled").exists()


def test_offers_no_action_to_staff_who_may_only_look(paid: Order) -> None:
    client = staff.signed_in(staff.employee("orders.view_order"))

    response = client.post(
        LIST, {"action": "cancel_selected", "_selected_action": [str(paid.pk)]}, follow=True
    )

    assert response.status_code == 200
    paid.refresh_from_db()
    assert paid.status == "confirmed"
