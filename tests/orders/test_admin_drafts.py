from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from carts import commands as carts
from carts.models import Cart
from catalog.models import ProductVariant
from orders.models import Order
from shopflow.lib.models import OutboxMessage
from tests import factories, staff

pytestmark = pytest.mark.django_db
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Byron",
    "address_line_1": "1 Main Street",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_code": "US",
}


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.employee("orders.draft_order"))


@pytest.fixture
def draft(client: Client, us_shipping: object) -> Cart:
    client.post(reverse("admin:carts_cart_begin"), {"email": "ada@example.com"})
    return Cart.objects.get()


def act(draft: Cart, name: str) -> str:
    return reverse(f"admin:carts_cart_{name}", args=[draft.pk])


def do(client: Client, draft: Cart, name: str, **data: Any) -> str:
    return staff.text_of(client.post(act(draft, name), data, follow=True))


def test_writes_an_order_and_sends_the_link(
    client: Client, draft: Cart, variant: ProductVariant
) -> None:
    do(client, draft, "line", sku=variant.sku, quantity=1)
    do(client, draft, "line", sku=variant.sku, quantity=2)
    words = do(client, draft, "delivery", **ADDRESS)
    assert "Total $114.78" in words
    assert "0.08875 of 100.00" in words

    words = do(client, draft, "send", expected_total="114.78")

    order = Order.objects.get()
    assert f"{order} is placed, and a link to pay $114.78 is on its way" in words
    assert f"Sent: it is the order {order} now." in words
    assert str(order.history.get().created_by_id) == client.session["_auth_user_id"]
    assert OutboxMessage.objects.filter(topic="mail:orders/payment_link").count() == 1


def test_takes_a_coupon_and_a_product_out_again(
    client: Client, draft: Cart, variant: ProductVariant
) -> None:
    factories.coupon("TENOFF")
    do(client, draft, "line", sku=variant.sku, quantity=2)

    with_coupon = do(client, draft, "coupon", code="TENOFF")
    without = do(client, draft, "coupon", code="TENOFF", is_removed="on")
    empty = do(client, draft, "line", sku=variant.sku, quantity=0)

    assert "TENOFF −$10.00" in with_coupon
    assert "−$10.00" not in without
    assert "Nothing yet." in empty


def test_refuses_another_total(client: Client, draft: Cart, variant: ProductVariant) -> None:
    do(client, draft, "line", sku=variant.sku, quantity=2)
    do(client, draft, "delivery", **ADDRESS)

    response = client.post(act(draft, "send"), {"expected_total": "1.00"})

    assert response.status_code == 409
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("line", {"sku": "UNKNOWN", "quantity": "1"}),
        ("line", {"sku": "", "quantity": "1"}),
        ("line", {"sku": "x", "quantity": "-1"}),
        ("delivery", {**ADDRESS, "state": "Atlantis"}),
        ("delivery", {**ADDRESS, "country_code": "XX"}),
        ("delivery", {**ADDRESS, "shipping_method": "nonsense"}),
        ("coupon", {"code": "NOTHING"}),
    ],
)
def test_says_what_is_wrong(client: Client, draft: Cart, name: str, data: dict[str, str]) -> None:
    response = client.post(act(draft, name), data)

    assert response.status_code in {400, 404, 409, 422}
    assert not draft.items.exists()


def test_begins_nothing_without_an_address(client: Client) -> None:
    response = client.post(reverse("admin:carts_cart_begin"), {"email": "ada"})

    assert response.status_code == 400
    assert not Cart.objects.exists()


def test_shows_no_shoppers_cart(client: Client, variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))

    assert client.get(act(cart, "change"), follow=True).redirect_chain
    client.post(act(cart, "discard"))
    assert Cart.objects.filter(pk=cart.pk).exists()


def test_refuses_staff_who_may_not_write_orders(draft: Cart) -> None:
    other = staff.signed_in(staff.employee("orders.view_order"))

    for name in ("line", "delivery", "coupon", "send", "discard"):
        assert other.post(act(draft, name), {"sku": "x", "quantity": "1"}).status_code == 403
    assert other.get(act(draft, "change")).status_code == 403
    assert other.get(reverse("admin:carts_cart_begin")).status_code == 403
    assert Cart.objects.filter(pk=draft.pk).exists()


def test_a_page_takes_a_fixed_number_of_queries(
    client: Client,
    draft: Cart,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    do(client, draft, "delivery", **ADDRESS)
    for lines in (1, 3):
        while draft.items.count() < lines:
            variant = factories.variant_on_sale()
            carts.add_line(cart_id=draft.pk, variant_id=variant.pk, quantity=1)
        with django_assert_num_queries(44):
            client.get(act(draft, "change"))
