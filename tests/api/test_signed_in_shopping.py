"""Cart, checkout and orders of who is signed in."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts import commands as accounts
from carts import commands as carts
from carts.models import Cart
from carts.queries import find_cart
from catalog.models import ProductCategory
from inventory.models import Inventory
from orders.models import Order
from shopflow.lib.models import IdempotencyKey
from tests.api.people import AppUser, app_user
from tests.api.shop import Shop, buy, cart_of, checkout_body, problem, send

pytestmark = pytest.mark.django_db
KEY = "key-of-this-request"


@pytest.fixture
def ada(shop: Shop) -> AppUser:
    return app_user()


def put(client: Client, shop: Shop, person: AppUser, quantity: int = 1) -> Any:
    line = {"variant": str(shop.medium), "quantity": quantity}
    return send(client, "post", "cart/items/", line, access=person.access)


def ordered(client: Client, shop: Shop, person: AppUser) -> Any:
    put(client, shop, person)
    body = checkout_body(shop)
    return send(client, "post", "checkout/", body, access=person.access, key=uuid4().hex)


def test_puts_things_into_ones_own_cart(client: Client, shop: Shop, ada: AppUser) -> None:
    first, second = put(client, shop, ada), put(client, shop, ada)

    cart = find_cart(user_id=ada.user.pk)
    assert cart is not None
    assert (first.status_code, second.json()["id"]) == (201, str(cart.pk))
    assert [item["quantity"] for item in second.json()["items"]] == [2]
    assert "X-Cart-Token" not in first
    assert Cart.objects.count() == 1


def test_makes_a_cart_or_finds_it(client: Client, shop: Shop, ada: AppUser) -> None:
    problem(send(client, "get", "cart/", access=ada.access), 404, "cart_not_found")

    made = send(client, "post", "cart/", access=ada.access)
    again = send(client, "post", "cart/", access=ada.access)

    assert (made.status_code, made.json()["id"]) == (201, again.json()["id"])
    assert "X-Cart-Token" not in made


def test_works_on_the_lines_and_coupons_of_ones_cart(
    client: Client, shop: Shop, ada: AppUser
) -> None:
    [item] = put(client, shop, ada).json()["items"]
    path = f"cart/items/{item['id']}/"

    more = send(client, "patch", path, {"quantity": 3}, access=ada.access).json()
    cheaper = send(client, "post", "cart/coupons/", {"code": "WELCOME10"}, access=ada.access)
    without = send(client, "delete", "cart/coupons/WELCOME10/", access=ada.access).json()
    empty = send(client, "delete", path, access=ada.access).json()

    assert more["items"][0]["quantity"] == 3
    assert cheaper.json()["discount"]["amount"] == "15.00"
    assert (without["discount"]["amount"], empty["items"]) == ("0.00", [])


def test_a_guests_token_beside_opens_nothing_more(client: Client, shop: Shop, ada: AppUser) -> None:
    token = cart_of(shop.medium, 2)

    problem(send(client, "get", "cart/", access=ada.access, cart=token), 404, "cart_not_found")
    line = {"variant": str(shop.medium), "quantity": 1}
    added = send(client, "post", "cart/items/", line, access=ada.access, cart=token).json()

    assert [item["quantity"] for item in added["items"]] == [1]
    guests = find_cart(token=token)
    assert guests is not None
    assert guests.items.get().quantity == 2


def test_touches_no_cart_of_somebody_else(client: Client, shop: Shop, ada: AppUser) -> None:
    eve = app_user("eve@example.com")
    [item] = put(client, shop, ada).json()["items"]
    put(client, shop, eve)
    path = f"cart/items/{item['id']}/"

    for person in (eve.access, None):
        changed = send(client, "patch", path, {"quantity": 3}, access=person)
        removed = send(client, "delete", path, access=person)
        assert (changed.status_code, removed.status_code) == (404, 404)

    assert send(client, "get", "cart/", access=ada.access).json()["items"][0]["quantity"] == 1


def test_orders_for_who_is_signed_in(client: Client, shop: Shop, ada: AppUser) -> None:
    answer = ordered(client, shop, ada)

    order = Order.objects.get()
    assert (answer.status_code, answer.json()["order"]["number"]) == (201, order.order_number)
    assert order.user == ada.user
    assert set(order.items.values_list("user", flat=True)) == {ada.user.pk}
    assert set(order.addresses.values_list("user", flat=True)) == {ada.user.pk}
    assert Inventory.objects.get(variant=shop.medium).quantity_reserved == 1
    # A browser without a session pays by it.
    page = client.get(answer.json()["client_action"]["redirect"])
    assert page.status_code == 200


@pytest.mark.parametrize("name", ["user", "user_id", "cart", "cart_id", "price"])
def test_orders_for_nobody_else(client: Client, shop: Shop, ada: AppUser, name: str) -> None:
    eve = app_user("eve@example.com")
    put(client, shop, ada)

    body = checkout_body(shop, **{name: str(eve.user.pk)})
    answer = send(client, "post", "checkout/", body, access=ada.access, key=KEY)

    problem(answer, 400, "unknown_field")
    assert not Order.objects.exists()


def test_orders_once_for_a_key(client: Client, shop: Shop, ada: AppUser) -> None:
    put(client, shop, ada)
    body = checkout_body(shop)

    first = send(client, "post", "checkout/", body, access=ada.access, key=KEY)
    put(client, shop, ada)
    again = send(client, "post", "checkout/", body, access=ada.access, key=KEY)

    assert (again.status_code, again.content) == (201, first.content)
    assert Order.objects.count() == 1


def test_a_key_is_ones_own(client: Client, shop: Shop, ada: AppUser) -> None:
    eve = app_user("eve@example.com")
    for person in (ada, eve):
        put(client, shop, person)
        body = checkout_body(shop)
        answer = send(client, "post", "checkout/", body, access=person.access, key=KEY)
        assert answer.status_code == 201

    assert set(Order.objects.values_list("user", flat=True)) == {ada.user.pk, eve.user.pk}


def test_orders_nothing_without_a_cart(client: Client, shop: Shop, ada: AppUser) -> None:
    token = cart_of(shop.medium)

    answer = send(
        client, "post", "checkout/", checkout_body(shop), access=ada.access, cart=token, key=KEY
    )

    problem(answer, 404, "cart_not_found")
    assert not Order.objects.exists()


def test_lists_ones_orders_the_newest_first(client: Client, shop: Shop, ada: AppUser) -> None:
    eve = app_user("eve@example.com")
    mine = [ordered(client, shop, ada).json()["order"]["number"] for _ in range(2)]
    ordered(client, shop, eve)
    carts.open_cart(user_id=ada.user.pk)

    answer = send(client, "get", "orders/", access=ada.access)

    page = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert [order["number"] for order in page["results"]] == mine[::-1]
    assert (page["next"], page["previous"]) == (None, None)
    card = page["results"][0]
    assert card.pop("placed_at")
    assert card == {
        "number": mine[1],
        "status": "pending",
        "payment_status": "unpaid",
        "fulfilment_status": "unfulfilled",
        "total": {"amount": "60.00", "currency": "USD"},
    }


def test_orders_the_last_one(client: Client, shop: Shop, ada: AppUser) -> None:
    put(client, shop, ada, 3)
    body = checkout_body(shop, "170.00")

    answer = send(client, "post", "checkout/", body, access=ada.access, key=KEY)

    assert answer.status_code == 201
    shop.product.refresh_from_db()
    assert shop.product.in_stock is False
    [shelved] = {row.in_stock for row in ProductCategory.objects.filter(product=shop.product)}
    assert shelved is False


def test_lists_ones_orders_page_by_page(client: Client, shop: Shop, ada: AppUser) -> None:
    for _ in range(3):
        ordered(client, shop, ada)

    first = send(client, "get", "orders/?limit=2&count=true", access=ada.access).json()
    rest = client.get(first["next"], headers={"Authorization": f"Bearer {ada.access}"}).json()

    assert (len(first["results"]), first["count"], len(rest["results"])) == (2, 3, 1)
    problem(send(client, "get", "orders/?limit=101", access=ada.access), 400, "invalid")
    problem(send(client, "get", "orders/?cursor=x", access=ada.access), 400, "invalid_cursor")


def test_lists_nobody_elses_whatever_is_asked(client: Client, shop: Shop, ada: AppUser) -> None:
    eve = app_user("eve@example.com")
    number = ordered(client, shop, ada).json()["order"]["number"]

    for query in (f"user={ada.user.pk}", f"user_id={ada.user.pk}", f"number={number}", "user="):
        page = send(client, "get", f"orders/?{query}", access=eve.access).json()
        assert page["results"] == []


def test_shows_ones_own_order_and_no_other(client: Client, shop: Shop, ada: AppUser) -> None:
    eve = app_user("eve@example.com")
    placed = ordered(client, shop, ada).json()["order"]
    path = f"orders/{placed['number']}/"

    mine = send(client, "get", path, access=ada.access)
    theirs = send(client, "get", path, access=eve.access)
    by_token = send(client, "get", path, access=eve.access, order=placed["token"])

    assert (mine.status_code, mine.json()["number"]) == (200, placed["number"])
    problem(theirs, 404, "order_not_found")
    # Whoever holds the link holds the key, signed in or not.
    assert by_token.json() == mine.json()


def test_shows_no_guests_order_by_its_number(client: Client, shop: Shop, ada: AppUser) -> None:
    number = buy(client, shop)["order"]["number"]

    answer = send(client, "get", f"orders/{number}/", access=ada.access)

    problem(answer, 404, "order_not_found")


def test_cancels_ones_own_order_and_no_other(client: Client, shop: Shop, ada: AppUser) -> None:
    eve = app_user("eve@example.com")
    number = ordered(client, shop, ada).json()["order"]["number"]
    path = f"orders/{number}/cancellation/"

    problem(send(client, "post", path, access=eve.access, key=KEY), 404, "order_not_found")
    assert Order.objects.get().status == "pending"

    answer = send(client, "post", path, {"reason": "Too slow"}, access=ada.access, key=KEY)
    again = send(client, "post", path, {"reason": "Too slow"}, access=ada.access, key=KEY)

    order = Order.objects.get()
    assert (answer.status_code, again.content) == (200, answer.content)
    assert (order.status, order.cancel_reason) == ("cancelled", "Too slow")
    assert order.history.get(to_status="cancelled").created_by_id == ada.user.pk


@pytest.mark.usefixtures("sandbox")
def test_pays_ones_own_order_and_no_other(client: Client, shop: Shop, ada: AppUser) -> None:
    eve = app_user("eve@example.com")
    number = ordered(client, shop, ada).json()["order"]["number"]
    path = f"orders/{number}/payments/"

    problem(send(client, "post", path, access=eve.access, key=KEY), 404, "order_not_found")
    assert not IdempotencyKey.objects.filter(route="payments").exists()

    answer = send(client, "post", path, access=ada.access, key=KEY)
    again = send(client, "post", path, access=ada.access, key=KEY)

    assert (answer.status_code, again.content) == (201, answer.content)
    assert answer.json()["client_action"]["redirect"].startswith("http")


def test_a_signed_out_device_orders_nothing(client: Client, shop: Shop, ada: AppUser) -> None:
    put(client, shop, ada)
    accounts.sign_out(family=ada.family)

    answer = send(client, "post", "checkout/", checkout_body(shop), access=ada.access, key=KEY)

    problem(answer, 401, "invalid_token")
    assert not Order.objects.exists()


def test_costs_so_many_statements(
    client: Client, shop: Shop, ada: AppUser, django_assert_num_queries: Any
) -> None:
    numbers = [ordered(client, shop, ada).json()["order"]["number"] for _ in range(2)]

    # Who calls. Begin, who, the page, commit.
    with django_assert_num_queries(5):
        send(client, "get", "orders/", access=ada.access)
    # Who calls, and what a guest's costs.
    with django_assert_num_queries(11):
        send(client, "get", f"orders/{numbers[0]}/", access=ada.access)
