from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from tests import factories
from tests.ledger import ledger
from tests.storefront import link, words

pytestmark = pytest.mark.django_db
PAGES = ["orders:detail", "orders:thanks"]
NUMBER_OR_E_MAIL = "We can't find an order with this number and e-mail."


def paid(order: Order) -> Order:
    return orders.confirm(order_id=order.pk, amount=order.total)


@pytest.mark.parametrize("page", PAGES)
def test_guest_opens_it_by_its_link(client: Client, order: Order, page: str) -> None:
    response = client.get(link(page, order))

    assert response.status_code == 200
    assert order.order_number in words(response)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=zz", "?token=%00", "?token=%ff", "?token=" + "A" * 68]
)
def test_without_its_link_it_is_not_found(
    client: Client, order: Order, page: str, query: str
) -> None:
    response = client.get(reverse(page, args=[order.order_number]) + query)

    assert response.status_code == 404
    assert order.customer_email not in response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_unknown_order_and_foreign_order_read_the_same(
    client: Client, order: Order, variant: ProductVariant, page: str
) -> None:
    client.force_login(factories.UserFactory.create())
    theirs = factories.placed_order((variant, 1), user=factories.UserFactory.create())

    foreign = client.get(reverse(page, args=[theirs.order_number]))
    unknown = client.get(reverse(page, args=["ORD-2026-999999"]))

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert words(foreign) == words(unknown)


@pytest.mark.parametrize("page", PAGES)
def test_link_of_one_order_opens_no_other(
    client: Client, order: Order, variant: ProductVariant, page: str
) -> None:
    other = factories.placed_order((variant, 1))
    token = link(page, order).partition("?")[2]

    response = client.get(f"{reverse(page, args=[other.order_number])}?{token}")

    assert response.status_code == 404


def test_owner_opens_it_without_a_link(client: Client, variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    order = factories.placed_order((variant, 1), user=user)
    client.force_login(user)

    response = client.get(reverse("orders:detail", args=[order.order_number]))

    assert response.status_code == 200
    assert "All your orders" in words(response)


def test_detail_shows_lines_amounts_and_one_address(client: Client, order: Order) -> None:
    response = client.get(link("orders:detail", order))

    text = words(response)
    for part in ("Waiting for payment", "2 × $50.00", "$5.90", "Sales tax $8.88", "$114.78"):
        assert part in text
    assert text.count("1 Main Street") == 1
    assert "United States" in text


def test_detail_shows_another_billing_address(client: Client, variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 2))
    elsewhere = orders.Address(
        first_name="Grace",
        last_name="Hopper",
        address_line_1="2 Navy Yard",
        city="Arlington",
        state="VA",
        postal_code="22201",
        country_code="US",
    )
    order = factories.check_out(cart, billing_address=elsewhere)

    response = client.get(link("orders:detail", order))

    assert "Delivery Ada Byron" in words(response)
    assert "Invoice Grace Hopper" in words(response)


def test_detail_names_the_parcel(client: Client, order: Order) -> None:
    paid(order)
    orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")

    response = client.get(link("orders:detail", order))

    assert "UPS, tracking number 1Z999" in words(response)
    assert "Cancel this order" not in words(response)


def test_guest_cancels_and_stock_comes_back(
    client: Client, order: Order, variant: ProductVariant
) -> None:
    response = client.post(link("orders:cancel", order), follow=True)

    assert "Your order is cancelled." in words(response)
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "by the customer")
    assert factories.figures(variant) == (10, 0)


def test_shipped_order_is_not_cancelled(client: Client, order: Order) -> None:
    paid(order)
    orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")

    response = client.post(link("orders:cancel", order))

    assert response.status_code == 409
    assert "This order can't be cancelled any more." in words(response)
    order.refresh_from_db()
    assert order.status == "shipped"


def test_nobody_else_cancels(client: Client, order: Order) -> None:
    client.force_login(factories.UserFactory.create())

    response = client.post(reverse("orders:cancel", args=[order.order_number]))

    assert response.status_code == 404
    order.refresh_from_db()
    assert order.status == "pending"


def test_cancelling_needs_the_token_of_its_form(order: Order) -> None:
    response = Client(enforce_csrf_checks=True).post(link("orders:cancel", order))

    assert response.status_code == 403
    order.refresh_from_db()
    assert order.status == "pending"


def test_track_leads_to_the_link(client: Client, order: Order) -> None:
    data = {"number": order.order_number.lower(), "email": "ADA@example.com"}

    response = client.post("/orders/track/", data)

    assert response.status_code == 303
    assert response["Location"] == link("orders:detail", order)


@pytest.mark.parametrize(
    ("number", "email"),
    [(None, "eve@example.com"), ("ORD-2026-999999", "ada@example.com")],
)
def test_track_says_the_same_for_a_wrong_number_and_a_wrong_e_mail(
    client: Client, order: Order, number: str | None, email: str
) -> None:
    data = {"number": number or order.order_number, "email": email}

    response = client.post("/orders/track/", data)

    assert response.status_code == 404
    assert NUMBER_OR_E_MAIL in words(response)
    assert f'value="{email}"' in response.content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"number": "\0", "email": "a@b.co"}, {"number": "x", "email": "x"}]
)
def test_track_names_what_is_missing(client: Client, db: None, data: dict[str, str]) -> None:
    response = client.post("/orders/track/", data)

    assert response.status_code == 400
    assert 'class="field-error"' in response.content.decode()


@ledger("S1-58", "S2-27")
def test_number_of_queries_of_detail(
    client: Client, order: Order, django_assert_num_queries: Any
) -> None:
    # Savepoint around: who reads, the order proved, the order again with its five kinds of
    # rows, its papers, notes and changes, what of it can come back, gift cards; the menu.
    with django_assert_num_queries(15):
        client.get(link("orders:detail", order))


def test_track_lets_nobody_guess_the_e_mail_of_an_order(client: Client, order: Order) -> None:
    def tries(email: str, address: str = "198.51.100.99") -> Any:
        data = {"number": order.order_number, "email": email}
        return client.post("/orders/track/", data, REMOTE_ADDR=address)

    # From another address each time: what is guessed at is counted as well.
    statuses = [tries(f"guess{n}@example.com", f"198.51.100.{n}").status_code for n in range(11)]
    right = tries(order.customer_email)

    assert statuses == [404] * 10 + [429]
    assert (right.status_code, right.headers.get("Location")) == (429, None)
    assert 80 < int(right["Retry-After"]) <= 90


def test_track_lets_nobody_try_one_number_after_another(client: Client, order: Order) -> None:
    statuses = [
        client.post("/orders/track/", {"number": f"ORD-{n}", "email": "a@b.example"}).status_code
        for n in range(21)
    ]

    assert statuses == [404] * 20 + [429]


def test_track_counts_only_who_is_wrong(client: Client, order: Order) -> None:
    data = {"number": order.order_number, "email": order.customer_email}

    statuses = {client.post("/orders/track/", data).status_code for _ in range(25)}

    assert statuses == {303}
