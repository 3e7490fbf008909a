"""What is typed at checkout is never lost; what is fetched in the store needs no street."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from carts.models import CartItem, CheckoutDraft
from catalog import commands as catalog
from catalog.models import ProductVariant
from orders.models import Order
from shipping import commands as shipping
from shipping.models import ShippingMethod
from shipping.queries import PickupPlace
from tests import factories
from tests.shipping.services import COUNTY_TAXES, CountyTaxes
from tests.storefront import CHECKOUT, check_out, put_in_cart, words

pytestmark = pytest.mark.django_db
ADDRESS = "/checkout/"
STORE = PickupPlace(
    address_line_1="1 Pine Street",
    postal_code="97201",
    city="Portland",
    state="OR",
    country_code="US",
    hours="Mon to Sat, 10 to 6",
)


@pytest.fixture
def cart(client: Client, variant: ProductVariant) -> CartItem:
    """Two shirts of $50.00 in the browser's cart."""
    put_in_cart(client, variant, 2)
    return CartItem.objects.get()


@pytest.fixture
def store(us_shipping: ShippingMethod) -> ShippingMethod:
    return shipping.save_method(
        zone_id=us_shipping.zone_id, name="Portland store", price=Decimal(0), pickup=STORE
    )


def html_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("action", ["update", "place"])
def test_what_was_typed_is_there_after_a_reload(
    client: Client, cart: CartItem, action: str
) -> None:
    typed = {
        "email": "ada@",
        "name": "Ada",
        "city": "New Amsterdam",
        "billing_differs": "on",
        "billing-name": "Grace Hopper",
    }
    check_out(client, action=action, **typed)

    html = html_of(client.get(ADDRESS))

    assert Order.objects.count() == 0
    for written in ("ada@", "Ada", "New Amsterdam", "Grace Hopper", "1 Main Street", "10001"):
        assert f'value="{written}"' in html
    assert '<option value="NY" selected>' in html
    assert 'name="billing_differs" checked' in html
    # Nothing is wrong with a page that was only loaded again.
    assert "Please" not in words(client.get(ADDRESS))


def test_a_box_that_is_cleared_stays_so(client: Client, cart: CartItem) -> None:
    check_out(client, action="update", billing_differs="on")
    check_out(client, action="update")

    assert 'name="billing_differs" checked' not in html_of(client.get(ADDRESS))


def test_keys_totals_and_tokens_are_not_kept(client: Client, cart: CartItem) -> None:
    check_out(client, action="update", expected_total="1.00", csrfmiddlewaretoken="x" * 32)

    kept = CheckoutDraft.objects.get().answers
    assert {"key", "expected_total", "action", "csrfmiddlewaretoken"}.isdisjoint(kept)
    assert kept["email"] == "ada@example.com"


def test_the_chosen_way_is_kept(client: Client, cart: CartItem, us_shipping: Any) -> None:
    express = shipping.save_method(
        zone_id=us_shipping.zone_id, name="Express", price=Decimal("15.00")
    )
    check_out(client, action="update", shipping_method=str(express.pk))

    response = client.get(ADDRESS)

    assert response.context["quote"].shipping_method_id == express.pk
    assert "Order and pay $123.88" in words(response)


def test_another_browser_sees_nothing_of_it(client: Client, variant: ProductVariant) -> None:
    put_in_cart(client, variant, 2)
    check_out(client, action="update", city="New Amsterdam")
    stranger = Client()
    put_in_cart(stranger, variant, 1)

    assert "New Amsterdam" not in html_of(stranger.get(ADDRESS))


def test_an_address_of_the_book_comes_before_what_was_typed(
    client: Client, variant: ProductVariant
) -> None:
    user = factories.UserFactory.create()
    client.force_login(user)
    put_in_cart(client, variant, 1)
    check_out(client, action="update", address_line_1="typed", email="else@example.com")

    html = html_of(client.get(ADDRESS))

    # The account's own e-mail is only where nothing was typed.
    assert 'value="typed"' in html
    assert 'value="else@example.com"' in html


def test_pick_up_is_offered_before_the_state_is_known(
    client: Client, cart: CartItem, store: ShippingMethod
) -> None:
    page = words(client.get(ADDRESS))

    assert "Portland store free Fetch it at 1 Pine Street, Portland, from" in page
    assert "(Mon to Sat, 10 to 6)" in page
    assert "Show the full price" in page


def test_pick_up_asks_for_no_street(client: Client, cart: CartItem, store: ShippingMethod) -> None:
    response = check_out(
        client, action="update", shipping_method=str(store.pk), state="", postal_code=""
    )

    html = html_of(response)
    assert 'name="address_line_1"' not in html
    assert 'name="postal_code"' not in html
    assert 'name="phone"' in html
    # Sales tax of the zone, on the shirts alone.
    assert "Order and pay $108.88" in words(response)


def test_pick_up_is_ordered_with_a_name(
    client: Client, cart: CartItem, store: ShippingMethod
) -> None:
    response = client.post(
        ADDRESS,
        {
            "key": CHECKOUT["key"],
            "action": "place",
            "email": "ada@example.com",
            "country_code": "US",
            "name": "Ada Byron",
            "shipping_method": str(store.pk),
            "expected_total": "108.88",
        },
    )

    assert response.status_code == 303
    order = Order.objects.get()
    assert (order.is_pickup, order.pickup_hours) == (True, "Mon to Sat, 10 to 6")
    assert (order.shipping_method_name, order.shipping_cost) == ("Portland store", 0)
    shipped, billed = (order.addresses.get(address_type=kind) for kind in ("shipping", "billing"))
    assert (shipped.first_name, shipped.address_line_1, shipped.city, shipped.state) == (
        "Ada",
        "1 Pine Street",
        "Portland",
        "OR",
    )
    assert (billed.last_name, billed.address_line_1, billed.city) == ("Byron", "", "")


def test_without_pick_up_the_street_is_needed(client: Client, cart: CartItem) -> None:
    response = check_out(client, address_line_1="", expected_total="114.78")

    assert response.status_code == 400
    assert Order.objects.count() == 0


def test_pick_up_keeps_the_street_for_later(
    client: Client, cart: CartItem, store: ShippingMethod, us_shipping: ShippingMethod
) -> None:
    check_out(client, action="update")
    fetched = {"action": "update", "country_code": "US", "shipping_method": str(store.pk)}
    client.post(ADDRESS, fetched)

    client.post(ADDRESS, fetched | {"shipping_method": str(us_shipping.pk)})

    assert 'value="1 Main Street"' in html_of(client.get(ADDRESS))


@pytest.fixture
def union(settings: Settings, us_shipping: ShippingMethod) -> None:
    settings.SHOP_VAT_ID = "DE136695976"
    zone = shipping.save_zone(name="Union", countries=["DE", "AT"])
    shipping.save_tax_rate(
        zone_id=zone.pk,
        tax_class="standard",
        name="VAT",
        rate=Decimal("0.25"),
        included_in_price=True,
    )
    shipping.save_method(zone_id=zone.pk, name="Paket", price=Decimal("4.90"))


VIENNA = {"country_code": "AT", "postal_code": "1010", "city": "Wien", "state": ""}


@pytest.mark.usefixtures("union")
def test_a_vat_number_takes_the_tax_out(client: Client, cart: CartItem) -> None:
    page = check_out(client, action="update", vat_id="ATU 13585627", **VIENNA)
    assert "VAT reverse charge $0.00" in words(page)
    assert "Order and pay $84.90" in words(page)

    response = check_out(client, vat_id="ATU 13585627", expected_total="84.90", **VIENNA)

    assert response.status_code == 303
    order = Order.objects.get()
    assert (order.vat_id, order.tax_exemption) == ("ATU13585627", "reverse_charge")
    shown = words(client.get(response["Location"].replace("/pay/", "/orders/")))
    assert "VAT reverse charge (ATU13585627) $0.00" in shown


@pytest.mark.usefixtures("union")
def test_a_slip_in_the_vat_number_is_named_at_its_field(client: Client, cart: CartItem) -> None:
    response = check_out(client, vat_id="ATU13585628", expected_total="104.90", **VIENNA)

    assert response.status_code == 400
    assert "This isn't a VAT number of this country. Please look for a slip." in words(response)
    assert 'href="#id_vat_id"' in html_of(response)
    assert 'value="ATU13585628"' in html_of(response)
    assert Order.objects.count() == 0


def test_a_shop_elsewhere_asks_for_no_vat_number(client: Client, cart: CartItem) -> None:
    assert 'name="vat_id"' not in html_of(client.get(ADDRESS))


def test_taxes_are_asked_for_before_the_order(
    client: Client, cart: CartItem, settings: Settings
) -> None:
    settings.TAX_CALCULATOR = COUNTY_TAXES

    first, second = (check_out(client, expected_total="114.91") for _ in range(2))

    assert (first.status_code, second["Location"]) == (303, first["Location"])
    assert Order.objects.get().total == Decimal("114.91")
    CountyTaxes.asked.clear()


def test_an_answer_that_does_not_come_sells_nothing(
    client: Client, cart: CartItem, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TAX_CALCULATOR = COUNTY_TAXES
    monkeypatch.setattr(CountyTaxes, "is_away", True)

    response = check_out(client, expected_total="114.91")

    assert response.status_code == 503
    assert Order.objects.count() == 0
    CountyTaxes.asked.clear()


def test_the_terms_stand_beside_the_button(client: Client, cart: CartItem) -> None:
    catalog.save_page(slug="terms", language="en", title="Terms of sale", body="<p>Fair.</p>")
    catalog.save_menu(
        code="terms",
        language="en",
        links=[catalog.Link(label="Terms of sale", target="page:terms")],
    )

    response = check_out(client, action="update")

    assert "With your order you agree to: Terms of sale" in words(response)
    assert '<a href="/pages/terms/" target="_blank">' in html_of(response)
