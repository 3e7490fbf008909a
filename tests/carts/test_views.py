from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from carts.models import Cart, CartCoupon, CartItem
from catalog.models import ProductVariant
from tests import factories
from tests.storefront import FROM_OUR_PAGE, put_in_cart, words

pytestmark = pytest.mark.django_db
RULE = "Please choose a quantity from 1 to 999."
ADD = "/cart/add/"
WRONG_QUANTITIES = ["0", "-1", "1e9", "1e3", "1000000000", "abc", "", "1.5", "NaN", "inf"]
WRONG_QUANTITIES += ["\0", "0x10", "1_0", "1,0", "+ 1", "1 1", "9" * 5000]


@pytest.fixture
def item(client: Client, variant: ProductVariant) -> CartItem:
    """Two shirts of $50.00 in the browser's cart."""
    put_in_cart(client, variant, 2)
    return CartItem.objects.get()


def line(item: CartItem) -> str:
    return reverse("carts:line", args=[item.pk])


def test_adding_makes_a_cart_and_leads_to_it(client: Client, variant: ProductVariant) -> None:
    response = put_in_cart(client, variant, 2)

    assert (response.status_code, response["Location"]) == (303, "/cart/")
    cookie = response.cookies[settings.CART_COOKIE_NAME]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 30 * 24 * 3600
    assert CartItem.objects.get().quantity == 2
    assert Cart.objects.get().token_hash != cookie.value


def test_adding_again_adds_up_in_the_same_cart(client: Client, item: CartItem) -> None:
    put_in_cart(client, item.variant, 3)

    item.refresh_from_db()
    assert item.quantity == 5
    assert Cart.objects.count() == 1


def test_user_gets_a_cart_without_a_cookie(client: Client, variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    client.force_login(user)

    response = put_in_cart(client, variant)

    assert settings.CART_COOKIE_NAME not in response.cookies
    assert Cart.objects.get().user_id == user.pk


@pytest.mark.parametrize("quantity", WRONG_QUANTITIES)
def test_wrong_quantity_is_refused_with_a_sentence(
    client: Client, variant: ProductVariant, quantity: str
) -> None:
    response = put_in_cart(client, variant, quantity)

    assert response.status_code == 400
    assert RULE in words(response)
    assert Cart.objects.count() == 0


@pytest.mark.parametrize("variant_id", ["", "abc", "\0"])
def test_choice_that_cannot_be_read_is_refused(client: Client, db: None, variant_id: str) -> None:
    response = client.post(ADD, {"variant": variant_id, "quantity": "1"}, headers=FROM_OUR_PAGE)

    assert response.status_code == 400
    assert Cart.objects.count() == 0


def test_unknown_variant_is_not_found_and_makes_no_cart(client: Client, db: None) -> None:
    data = {"variant": str(uuid4()), "quantity": "1"}

    response = client.post(ADD, data, headers=FROM_OUR_PAGE)

    assert response.status_code == 404
    assert "We don't have this product" in words(response)
    assert Cart.objects.count() == 0


def test_variant_of_another_product_is_refused(client: Client, variant: ProductVariant) -> None:
    other = factories.variant_on_sale()
    data = {"variant": str(variant.pk), "product": str(other.product_id), "quantity": "1"}

    response = client.post(ADD, data, headers=FROM_OUR_PAGE)

    assert response.status_code == 400
    assert CartItem.objects.count() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.elsewhere.example"},
    ],
)
def test_form_of_another_site_is_refused(
    client: Client, variant: ProductVariant, headers: dict[str, str]
) -> None:
    data = {"variant": str(variant.pk), "quantity": "1"}

    response = client.post(ADD, data, headers=headers)

    assert response.status_code == 403
    assert "didn't come from a page of this shop" in words(response)
    assert Cart.objects.count() == 0


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}]
)
def test_form_of_our_own_page_needs_no_token(
    variant: ProductVariant, headers: dict[str, str]
) -> None:
    client = Client(enforce_csrf_checks=True)
    data = {"variant": str(variant.pk), "quantity": "1"}

    response = client.post(ADD, data, headers=headers)

    assert response.status_code == 303


@pytest.mark.parametrize("name", ["line", "remove"])
def test_other_forms_need_the_token(variant: ProductVariant, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    put_in_cart(client, variant)
    item = CartItem.objects.get()

    response = client.post(reverse(f"carts:{name}", args=[item.pk]), {"quantity": "5"})

    assert response.status_code == 403
    assert CartItem.objects.get().quantity == 1


def test_cart_shows_lines_and_total(client: Client, item: CartItem) -> None:
    response = client.get("/cart/")

    assert "$100.00" in words(response)
    assert 'value="2"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_empty_cart_says_so(client: Client, db: None) -> None:
    response = client.get("/cart/")

    assert response.status_code == 200
    assert "Your cart is empty" in words(response)


@pytest.mark.parametrize("token", ["", "foreign", "x" * 5000, "\x01"])
def test_foreign_token_opens_an_empty_cart(client: Client, item: CartItem, token: str) -> None:
    client.cookies[settings.CART_COOKIE_NAME] = token

    response = client.get("/cart/")

    assert "Your cart is empty" in words(response)


def test_quantity_is_changed(client: Client, item: CartItem) -> None:
    response = client.post(line(item), {"quantity": "7"})

    assert (response.status_code, response["Location"]) == (303, "/cart/")
    item.refresh_from_db()
    assert item.quantity == 7


@pytest.mark.parametrize("quantity", ["0", "-1", "1e9", "abc", "", "1000"])
def test_wrong_quantity_stays_in_its_field(client: Client, item: CartItem, quantity: str) -> None:
    response = client.post(line(item), {"quantity": quantity})

    assert response.status_code == 400
    assert RULE in words(response)
    assert f'name="quantity" value="{quantity}"' in response.content.decode()
    item.refresh_from_db()
    assert item.quantity == 2


@pytest.mark.parametrize("name", ["line", "remove"])
@pytest.mark.parametrize("quantity", ["1", "abc"])
def test_line_of_another_cart_is_not_found(
    client: Client, item: CartItem, name: str, quantity: str
) -> None:
    stranger = Client()
    put_in_cart(stranger, item.variant)

    response = stranger.post(reverse(f"carts:{name}", args=[item.pk]), {"quantity": quantity})

    assert response.status_code == 404
    item.refresh_from_db()
    assert item.quantity == 2


def test_without_a_cart_there_are_no_lines(client: Client, item: CartItem) -> None:
    response = Client().post(line(item), {"quantity": "1"})

    assert response.status_code == 404


def test_line_is_removed(client: Client, item: CartItem) -> None:
    response = client.post(reverse("carts:remove", args=[item.pk]), follow=True)

    assert "Removed from your cart." in words(response)
    assert "Your cart is empty" in words(response)


def test_changed_price_is_said(client: Client, item: CartItem) -> None:
    CartItem.objects.update(unit_price="45.00")

    response = client.get("/cart/")

    assert "The price changed from $45.00 to $50.00" in words(response)


def test_coupon_lowers_the_total(client: Client, item: CartItem) -> None:
    factories.coupon("TENOFF", percent=10)

    response = client.post("/cart/coupon/", {"code": "tenoff"}, follow=True)

    assert "−$10.00" in words(response)
    assert "$90.00" in words(response)


@pytest.mark.parametrize(
    ("code", "status"), [("NOPE", 409), ("", 400), ("x" * 51, 400), ("\0", 400), ("<b>", 409)]
)
def test_refused_coupon_keeps_what_was_written(
    client: Client, item: CartItem, code: str, status: int
) -> None:
    response = client.post("/cart/coupon/", {"code": code})

    assert response.status_code == status
    assert response.context["refusal"].code == code
    assert 'id="code-error"' in response.content.decode()


def test_coupons_are_guessed_twenty_times(client: Client, item: CartItem) -> None:
    factories.coupon()

    answers = [client.post("/cart/coupon/", {"code": f"GUESS{n}"}) for n in range(21)]
    last = client.post("/cart/coupon/", {"code": "TENOFF"})

    assert [answer.status_code for answer in answers] == [409] * 20 + [429]
    assert 170 < int(last["Retry-After"]) <= 180
    assert "Too many tries. Please wait a moment." in words(last)
    assert (last.status_code, CartCoupon.objects.count()) == (429, 0)


def test_coupon_is_removed(client: Client, item: CartItem) -> None:
    factories.coupon("TENOFF", percent=10)
    client.post("/cart/coupon/", {"code": "TENOFF"})

    response = client.post("/cart/coupon/TENOFF/remove/", follow=True)

    assert "−" not in words(response)


def test_badge_counts_units(client: Client, item: CartItem) -> None:
    response = client.get("/cart/badge/")

    assert response.json() == {"count": 2}
    assert "no-store" in response["Cache-Control"]
    assert Client().get("/cart/badge/").json() == {"count": 0}


@pytest.mark.parametrize("address", ["/cart/add/", "/cart/coupon/", "/cart/coupon/A/remove/"])
def test_nothing_is_changed_by_looking(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 405


def test_number_of_queries(client: Client, item: CartItem, django_assert_num_queries: Any) -> None:
    client.get("/cart/")  # shows the message of the page before

    # The countries of the estimate; the cart by its token, what was typed at checkout; the cart
    # again by its id, lines, pictures, stock, coupons, promotions, the order that ships for
    # nothing; the menu.
    with django_assert_num_queries(10):
        client.get("/cart/")
