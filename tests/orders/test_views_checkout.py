from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from accounts import commands as accounts
from accounts.models import User
from carts.models import CartItem
from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.models import Order
from promotions.models import CouponUsage
from shipping import commands as shipping
from shipping.models import ShippingMethod
from tests import factories
from tests.accounts.addresses import BERLIN, address_of
from tests.ledger import ledger
from tests.storefront import CHECKOUT, check_out, put_in_cart, words

pytestmark = pytest.mark.django_db
ADDRESS = "/checkout/"
TOTAL = "114.78"  # two shirts 100.00, shipping 5.90, tax 8.88


@pytest.fixture
def cart(client: Client, variant: ProductVariant) -> CartItem:
    """Two shirts of $50.00 in the browser's cart."""
    put_in_cart(client, variant, 2)
    return CartItem.objects.get()


def test_page_offers_a_fresh_key_each_time(client: Client, cart: CartItem) -> None:
    first, second = client.get(ADDRESS), client.get(ADDRESS)

    assert first.status_code == 200
    assert first.context["key"] != second.context["key"]
    assert "no-store" in first["Cache-Control"]


def test_price_is_not_promised_before_the_state_is_known(client: Client, cart: CartItem) -> None:
    response = client.get(ADDRESS)

    assert "Show the full price" in words(response)
    assert "Order and pay" not in words(response)


def test_update_shows_shipping_tax_and_total_and_keeps_what_was_written(
    client: Client, cart: CartItem
) -> None:
    response = check_out(client, action="update", email="not yet", name="Ada")

    assert response.status_code == 200
    assert "Order and pay $114.78" in words(response)
    assert 'value="not yet"' in response.content.decode()
    assert "Please" not in words(response)
    assert Order.objects.count() == 0


def test_empty_cart_leads_back_to_the_cart(client: Client, us_shipping: ShippingMethod) -> None:
    response = client.get(ADDRESS)

    assert (response.status_code, response["Location"]) == (303, "/cart/")


def test_placing_leads_to_the_payment_with_the_guests_link(client: Client, cart: CartItem) -> None:
    response = check_out(client, expected_total=TOTAL)

    order = Order.objects.get()
    assert response.status_code == 303
    assert response["Location"].startswith(f"/pay/{order.order_number}/?token=")
    assert (order.total, order.status) == (Decimal(TOTAL), "pending")
    assert (order.customer_email, order.user_id) == ("ada@example.com", None)
    assert factories.figures(cart.variant) == (10, 2)


def test_placing_keeps_both_addresses(client: Client, cart: CartItem) -> None:
    billing = {
        f"billing-{name}": CHECKOUT[name]
        for name in ("country_code", "state", "postal_code", "city", "address_line_1")
    }

    check_out(
        client,
        expected_total=TOTAL,
        phone="+12125550100",
        billing_differs="on",
        **{**billing, "billing-name": "Grace Brewster Hopper"},
    )

    addresses = {row.address_type: row for row in Order.objects.get().addresses.all()}
    assert addresses["shipping"].phone == "+12125550100"
    assert addresses["shipping"].last_name == "Byron"
    assert addresses["billing"].first_name == "Grace Brewster"


def test_users_order_is_theirs_and_needs_no_token(client: Client, variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    client.force_login(user)
    put_in_cart(client, variant, 2)

    response = check_out(client, expected_total=TOTAL)

    order = Order.objects.get()
    assert order.user_id == user.pk
    assert response["Location"] == f"/pay/{order.order_number}/"


def test_same_form_sent_twice_is_one_order(client: Client, cart: CartItem) -> None:
    first = check_out(client, expected_total=TOTAL)
    second = check_out(client, expected_total=TOTAL)

    assert second.status_code == 303
    assert second["Location"] == first["Location"]
    assert Order.objects.count() == 1


def test_same_key_with_another_order_is_refused(client: Client, cart: CartItem) -> None:
    check_out(client, expected_total=TOTAL)

    response = check_out(client, expected_total=TOTAL, city="Albany")

    assert response.status_code == 422
    assert Order.objects.count() == 1


def test_changed_price_shows_the_new_total_and_keeps_what_was_written(
    client: Client, cart: CartItem
) -> None:
    response = check_out(client, expected_total="99.00")

    assert response.status_code == 409
    assert "Prices changed while you were checking out." in words(response)
    assert "Order and pay $114.78" in words(response)
    assert 'value="Ada Byron"' in response.content.decode()
    assert response.context["key"] != CHECKOUT["key"]
    assert Order.objects.count() == 0


def test_total_that_was_never_shown_is_not_charged(client: Client, cart: CartItem) -> None:
    response = check_out(client)

    assert response.status_code == 409
    assert Order.objects.count() == 0


def test_sold_out_meanwhile_is_said_at_the_line(client: Client, cart: CartItem) -> None:
    inventory.count(variant_id=cart.variant_id, quantity=1, reason="found broken")

    response = check_out(client, expected_total=TOTAL)

    assert response.status_code == 409
    assert "Only 1 left" in words(response)
    assert Order.objects.count() == 0
    assert CartItem.objects.count() == 1


def test_order_without_a_cart_is_refused_kindly(
    client: Client, us_shipping: ShippingMethod
) -> None:
    response = check_out(client, expected_total=TOTAL)

    assert response.status_code == 409
    assert "Your cart is empty." in words(response)


@ledger("S2-69")
@pytest.mark.parametrize(
    ("field", "written", "sentence"),
    [
        ("email", "nonsense", "Please enter an e-mail address like name@example.com."),
        ("email", "", "Please fill this in."),
        ("name", "Ada", "Please enter your first and last name."),
        ("name", "A" * 101 + " B", "Please shorten your name."),
        ("name", "Ada\x01 Byron", "Please write this without line breaks"),
        ("state", "", "Please choose one of the list."),
        ("state", "Bavaria", "Please choose one of the list."),
        ("postal_code", "1", "Please enter a ZIP code like 10000."),
        ("postal_code", "90210", "This doesn't fit the state or region you chose."),
        ("postal_code", "", "Please fill this in."),
        ("phone", "555", "Please enter a phone number like (201) 555-0123."),
        ("city", "x" * 10_000, "Ensure this value has at most 100 characters"),
        ("city", "", "Please fill this in."),
        ("address_line_1", "\0", "Null characters are not allowed."),
        ("country_code", "XX", "Select a valid choice."),
        ("shipping_method", "zz", "Please look at this again"),
        ("expected_total", "abc", "Please look at this again"),
        ("key", "", "Idempotency-Key"),
        ("key", "short", "Idempotency-Key"),
    ],
)
def test_mistake_is_named_at_its_field_and_nothing_is_ordered(
    client: Client, cart: CartItem, field: str, written: str, sentence: str
) -> None:
    response = check_out(client, **{"expected_total": TOTAL, field: written})

    assert response.status_code == 400
    assert sentence in words(response)
    assert Order.objects.count() == 0


def test_mistake_in_the_billing_address_is_named(client: Client, cart: CartItem) -> None:
    response = check_out(client, expected_total=TOTAL, billing_differs="on")

    assert response.status_code == 400
    assert 'href="#id_billing-name"' in response.content.decode()
    assert Order.objects.count() == 0


def test_other_country_needs_no_state(client: Client, cart: CartItem) -> None:
    zone = shipping.save_zone(name="Germany", countries=["DE"])
    shipping.save_method(zone_id=zone.pk, name="Paket", price=Decimal("4.90"))

    response = check_out(
        client, country_code="DE", postal_code="10115", city="Berlin", expected_total="104.90"
    )

    assert response.status_code == 303
    assert Order.objects.get().shipping_address.state == ""


@pytest.fixture
def germany(us_shipping: ShippingMethod) -> ShippingMethod:
    zone = shipping.save_zone(name="Germany", countries=["DE"])
    return shipping.save_method(zone_id=zone.pk, name="Paket", price=Decimal("4.90"))


@pytest.mark.usefixtures("germany")
def test_each_country_brings_its_own_fields(client: Client, cart: CartItem) -> None:
    american = client.get(ADDRESS).content.decode()
    changed = {"country_code": "DE", "billing-country_code": "US"}
    german = check_out(client, action="update", **changed).content.decode()

    parcel = american.index('id="shipping-parts"')
    places = [american.index(f">{label}<", parcel) for label in ("City", "State", "ZIP code")]
    assert places == sorted(places)
    parcel = german.index('id="shipping-parts"')
    assert german.index(">Postcode<", parcel) < german.index(">City<", parcel)
    assert 'name="state"' not in german
    assert 'name="billing-state"' in german  # its country wasn't changed


@pytest.mark.usefixtures("germany")
def test_what_a_country_does_not_ask_for_is_not_kept(client: Client, cart: CartItem) -> None:
    response = check_out(
        client, country_code="DE", postal_code="10115", state="NY", expected_total="104.90"
    )

    assert response.status_code == 303
    assert Order.objects.get().shipping_address.state == ""


def test_phone_is_kept_as_everybody_can_call_it(client: Client, cart: CartItem) -> None:
    check_out(client, expected_total=TOTAL, phone="(212) 555-0100")

    assert Order.objects.get().shipping_address.phone == "+12125550100"


@pytest.fixture
def shopper(client: Client, variant: ProductVariant) -> User:
    """Somebody who is logged in, with two shirts in the cart."""
    user = factories.UserFactory.create()
    client.force_login(user)
    put_in_cart(client, variant, 2)
    return user


def test_first_choice_of_the_address_book_is_filled_in(client: Client, shopper: User) -> None:
    address_of(shopper, address_line_1="5 Elm Street", company="Engines")
    address_of(shopper, address_line_1="7 Oak Street")
    address_of(shopper, address_type="billing", address_line_1="9 Ash Street")

    response = client.get(ADDRESS)

    html = response.content.decode()
    assert 'name="address_line_1" value="5 Elm Street"' in html
    assert 'name="address_line_2" value="Engines"' in html
    assert 'name="billing-address_line_1" value="9 Ash Street"' in html
    assert '<option value="NY" selected>' in html
    assert "Order and pay $114.78" in words(response)


def test_another_entry_of_the_book_can_be_taken(client: Client, shopper: User) -> None:
    address_of(shopper, address_line_1="5 Elm Street")
    other = address_of(shopper, address_line_1="7 Oak Street")

    page = client.get(ADDRESS).content.decode()
    chosen = client.get(f"{ADDRESS}?address={other.pk}").content.decode()

    assert f'href="?address={other.pk}"' in page
    assert 'name="address_line_1" value="7 Oak Street"' in chosen


@pytest.mark.parametrize("named", ["somebody else's", "nothing", "\0"])
def test_an_entry_of_no_own_book_is_not_found(client: Client, shopper: User, named: str) -> None:
    foreign = address_of(factories.UserFactory.create(), address_line_1="7 Oak Street")
    address_of(shopper)

    response = client.get(ADDRESS, {"address": str(foreign.pk) if " " in named else named})

    assert response.status_code == 404
    assert "7 Oak Street" not in response.content.decode()


def test_an_address_where_we_do_not_ship_is_not_filled_in(client: Client, shopper: User) -> None:
    accounts.add_address(user_id=shopper.pk, address=BERLIN)

    response = client.get(ADDRESS)

    assert response.status_code == 200
    assert 'value="Lindenstraße 1"' not in response.content.decode()


def test_number_of_queries_of_a_shoppers_page(
    client: Client, shopper: User, django_assert_num_queries: Any
) -> None:
    address_of(shopper)

    # A guest's twelve; who; the address book, in a transaction of its own with for whom; and as
    # the destination is known, zone and taxes but not what ships for nothing.
    with django_assert_num_queries(18):
        client.get(ADDRESS)


def test_method_of_another_country_is_not_kept(client: Client, cart: CartItem) -> None:
    zone = shipping.save_zone(name="Germany", countries=["DE"])
    paket = shipping.save_method(zone_id=zone.pk, name="Paket", price=Decimal("4.90"))

    response = check_out(client, action="update", shipping_method=str(paket.pk))

    assert response.status_code == 200
    assert "Order and pay $114.78" in words(response)


def test_unknown_method_is_refused(client: Client, cart: CartItem) -> None:
    response = check_out(client, expected_total=TOTAL, shipping_method=str(uuid4()))

    assert response.status_code == 409
    assert Order.objects.count() == 0


def test_chosen_method_is_charged(client: Client, cart: CartItem) -> None:
    zone_id = ShippingMethod.objects.get().zone_id
    express = shipping.save_method(zone_id=zone_id, name="Express", price=Decimal("15.00"))

    response = check_out(client, shipping_method=str(express.pk), expected_total="123.88")

    assert response.status_code == 303
    assert Order.objects.get().shipping_cost == Decimal("15.00")


def test_order_of_nothing_to_pay_leads_to_the_thanks(
    client: Client, variant: ProductVariant
) -> None:
    ShippingMethod.objects.update(price=0)
    factories.coupon("ALL", percent=100)
    put_in_cart(client, variant)
    client.post("/cart/coupon/", {"code": "ALL"})

    response = check_out(client, expected_total="0.00")

    assert "/thanks/?token=" in response["Location"]
    assert CouponUsage.objects.count() == 1


def test_checkout_needs_the_token_of_its_form(variant: ProductVariant) -> None:
    client = Client(enforce_csrf_checks=True)
    put_in_cart(client, variant, 2)

    response = check_out(client, expected_total=TOTAL)

    assert response.status_code == 403
    assert Order.objects.count() == 0


def test_cart_of_somebody_else_is_not_ordered(client: Client, cart: CartItem) -> None:
    stranger = Client()
    stranger.cookies[settings.CART_COOKIE_NAME] = "guessed"

    response = check_out(stranger, expected_total=TOTAL)

    assert response.status_code == 409
    assert Order.objects.count() == 0


def test_says_that_this_customer_has_had_theirs(
    client: Client, cart: CartItem, variant: ProductVariant
) -> None:
    factories.coupon("ONCE", usage_limit_per_user=1)
    factories.placed_order((variant, 1), code="ONCE")
    client.post("/cart/coupon/", {"code": "ONCE"})

    refused = check_out(client, expected_total="103.89")

    assert refused.status_code == 409
    assert "ONCE: You have used this code as often as you can." in words(refused)
    assert refused.context["quote"].total == Decimal(TOTAL)
    assert Order.objects.count() == 1
    assert check_out(client, expected_total=TOTAL, key="another-page").status_code == 303


@pytest.mark.parametrize("email", ["", "nobody", "a\0@example.com", "x" * 999])
def test_prices_the_cart_for_whoever_it_is(client: Client, cart: CartItem, email: str) -> None:
    factories.coupon("ONCE", usage_limit_per_user=1)
    client.post("/cart/coupon/", {"code": "ONCE"})

    response = check_out(client, email=email, action="update")

    assert response.status_code == 200
    assert response.context["quote"].discount == 10


def test_number_of_queries_of_the_page(
    client: Client, cart: CartItem, django_assert_num_queries: Any
) -> None:
    # Countries; the cart, what was typed before; the cart again, lines, pictures, stock, coupons,
    # promotions, where it can be fetched, the order that ships for nothing; the menu.
    with django_assert_num_queries(12):
        client.get(ADDRESS)


def test_number_of_queries_of_an_order(
    client: Client, cart: CartItem, django_assert_num_queries: Any
) -> None:
    # The countries of the form; the cart; what was typed, kept in a transaction of its own; six
    # savepoints around the key and the order; the rest is the key, the cart and its price, nine
    # inserts, and the stock as the last statement before the answer.
    with django_assert_num_queries(37):
        check_out(client, expected_total=TOTAL)
