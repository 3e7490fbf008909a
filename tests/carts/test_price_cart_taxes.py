"""Who pays which tax, and prices without it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from carts.models import Cart
from carts.queries import Quote, ask_taxes, price_cart, total_of_trace
from catalog.models import ProductVariant
from orders.commands import Address
from orders.models import Order
from shipping import commands as shipping
from shipping.errors import TaxesOutdated, TaxesUnknown
from shipping.models import ShippingMethod, ShippingZone
from shipping.queries import Destination, PickupPlace, vat_answer
from tests import factories
from tests.books import books
from tests.shipping.services import COUNTY_TAXES, REGISTER, CountyTaxes

pytestmark = pytest.mark.django_db
VIENNA = Destination("AT", "", "1010")
AUSTRIAN, GERMAN = "ATU13585627", "DE129273398"


@pytest.fixture
def union(settings: Settings) -> ShippingZone:
    """A German shop that ships to Germany and Austria; prices include 19 %."""
    settings.SHOP_VAT_ID = "DE136695976"
    zone = shipping.save_zone(name="Union", countries=["DE", "AT"])
    for tax_class in ("standard", "shipping"):
        shipping.save_tax_rate(
            zone_id=zone.pk,
            tax_class=tax_class,
            name="VAT",
            rate=Decimal("0.19"),
            included_in_price=True,
        )
    shipping.save_method(zone_id=zone.pk, name="DHL", price=Decimal("11.90"))
    return zone


def quoted(cart: Cart, vat_id: str = "", address: Destination = VIENNA) -> Quote:
    return price_cart(cart_id=cart.pk, address=address, vat=vat_answer(vat_id))


def test_a_business_elsewhere_in_the_union_pays_net(union: ShippingZone) -> None:
    shirt = factories.variant_on_sale(price="119.00")
    cart = factories.cart_with((shirt, 2))

    quote = quoted(cart, AUSTRIAN)

    assert (quote.exemption, quote.prices_include_tax) == ("reverse_charge", False)
    [line] = quote.lines
    assert (line.unit_price, line.line_total, line.tax) == (100, 200, 0)
    assert (quote.subtotal, quote.shipping, quote.tax, quote.total) == (200, 10, 0, 210)
    assert quote.tax_lines == []
    assert total_of_trace(quote.trace) == quote.total
    assert [s["name"] for s in quote.trace if s["rule"] == "tax"] == ["VAT reverse charge"]


@pytest.mark.parametrize(
    ("vat_id", "country"),
    [("", "AT"), (GERMAN, "AT"), (AUSTRIAN, "DE"), ("ATU13585628", "AT")],
    ids=["nobody", "of our country", "shipped at home", "a slip"],
)
def test_everybody_else_pays_the_tax(union: ShippingZone, vat_id: str, country: str) -> None:
    cart = factories.cart_with((factories.variant_on_sale(price="119.00"), 1))

    quote = quoted(cart, vat_id, Destination(country))

    assert (quote.exemption, quote.total, quote.tax) == ("", Decimal("130.90"), Decimal("20.90"))


def test_discounts_lose_their_tax_too(union: ShippingZone) -> None:
    shirt, sock = (factories.variant_on_sale(price=price) for price in ("119.00", "0.01"))
    factories.coupon("OFF", discount_type="fixed_amount", discount_value=Decimal("11.90"))
    cart = factories.cart_with((shirt, 1), (sock, 3), code="OFF")

    quote = quoted(cart, AUSTRIAN)

    assert quote.subtotal == Decimal("100.03")
    assert quote.discount == sum((one.amount for one in quote.discounts), Decimal(0))
    assert quote.discount == Decimal("10.00")
    assert all(0 <= line.discount <= line.line_total for line in quote.lines)
    assert total_of_trace(quote.trace) == quote.total == Decimal("100.03")


def test_a_customer_with_a_certificate_pays_no_tax(variant: ProductVariant) -> None:
    user = factories.UserFactory.create(is_tax_exempt=True)
    cart = factories.cart_with((variant, 2), user=user)

    quote = factories.quote(cart)

    assert (quote.exemption, quote.tax, quote.total) == ("customer", 0, Decimal("105.90"))


def test_an_order_says_why_it_bears_no_tax(union: ShippingZone) -> None:
    cart = factories.cart_with((factories.variant_on_sale(price="119.00"), 1))
    vienna = Address(
        first_name="Ada",
        last_name="Byron",
        address_line_1="Ring 1",
        city="Wien",
        postal_code="1010",
        country_code="AT",
    )

    factories.check_out(
        cart,
        expected_total=Decimal(110),
        shipping_address=vienna,
        vat=vat_answer(AUSTRIAN),
    )

    order = Order.objects.get()
    assert (order.tax_exemption, order.vat_id) == ("reverse_charge", AUSTRIAN)
    assert (order.subtotal, order.tax, order.total) == (100, 0, 110)
    assert (order.items.get().unit_price, order.tax_lines.count()) == (100, 0)


def test_what_is_fetched_bears_the_tax_of_the_place(
    variant: ProductVariant, us_shipping: ShippingMethod
) -> None:
    shipping.save_tax_rate(
        country_code="US",
        state="OR",
        tax_class="standard",
        name="None",
        rate=Decimal(0),
        included_in_price=False,
    )
    place = PickupPlace(
        address_line_1="1 Pine Street",
        postal_code="97201",
        city="Portland",
        state="OR",
        country_code="US",
        hours="",
    )
    store = shipping.save_method(
        zone_id=us_shipping.zone_id, name="Portland store", price=Decimal(0), pickup=place
    )
    cart = factories.cart_with((variant, 2))

    shipped = factories.quote(cart)
    fetched = factories.quote(cart, shipping_method_id=store.pk)
    half_known = factories.quote(cart, address=Destination("US", is_whole=False))

    assert (shipped.shipping_method_id, shipped.tax) == (us_shipping.pk, Decimal("8.88"))
    assert (fetched.shipping, fetched.tax, fetched.total) == (0, 0, 100)
    assert fetched.pickup == place
    # Nobody is sent to the store unasked.
    assert not half_known.is_shippable
    assert [option.name for option in half_known.shipping_options] == ["Portland store"]


@pytest.fixture
def service(settings: Settings) -> Iterator[type[CountyTaxes]]:
    settings.TAX_CALCULATOR = COUNTY_TAXES
    yield CountyTaxes
    CountyTaxes.asked.clear()
    CountyTaxes.is_away = False


def terms(cart: Cart) -> dict[str, Any]:
    return {"cart_id": cart.pk, "address": factories.NEW_YORK.destination}


def test_another_calculator_is_asked_about_lines_and_shipping(
    variant: ProductVariant, service: type[CountyTaxes]
) -> None:
    cart = factories.cart_with((variant, 2))

    quote = price_cart(**terms(cart))

    [question] = service.asked
    assert question.destination == Destination("US", "NY", "10001")
    assert [(part.tax_class, part.amount) for part in question.parts] == [
        ("standard", 100),
        ("shipping", Decimal("5.90")),
    ]
    taxes = [(tax.tax_class, tax.name, tax.amount) for tax in quote.tax_lines]
    assert taxes == [
        ("shipping", "County tax", Decimal("0.27")),
        ("shipping", "State tax", Decimal("0.24")),
        ("standard", "County tax", Decimal("4.50")),
        ("standard", "State tax", Decimal("4.00")),
    ]
    assert (quote.lines[0].tax, quote.tax, quote.total) == (
        Decimal("8.50"),
        Decimal("9.01"),
        Decimal("114.91"),
    )


def test_its_answer_is_brought_along_to_the_order(
    variant: ProductVariant, service: type[CountyTaxes]
) -> None:
    cart = factories.cart_with((variant, 2))

    order = factories.check_out(
        cart, expected_total=Decimal("114.91"), taxes=ask_taxes(**terms(cart))
    )

    assert (len(service.asked), order.total) == (1, Decimal("114.91"))
    assert order.tax_lines.count() == 4


def test_its_answer_about_another_cart_is_worth_nothing(
    variant: ProductVariant, service: type[CountyTaxes]
) -> None:
    cart = factories.cart_with((variant, 2))
    taxes = ask_taxes(**terms(cart))
    cart.items.update(quantity=3)
    before = books()

    with pytest.raises(TaxesOutdated) as refused:
        factories.check_out(cart, expected_total=Decimal("114.91"), taxes=taxes)

    assert (refused.value.code, refused.value.status) == ("taxes_outdated", 409)
    assert books() == before


def test_it_is_never_asked_in_a_transaction(
    variant: ProductVariant, service: type[CountyTaxes]
) -> None:
    cart = factories.cart_with((variant, 2))

    with pytest.raises(RuntimeError, match="asked before a transaction"):
        factories.check_out(cart, expected_total=Decimal("114.91"))

    assert service.asked == []


def test_nothing_is_sold_with_a_guessed_tax(
    variant: ProductVariant, service: type[CountyTaxes]
) -> None:
    service.is_away = True
    cart = factories.cart_with((variant, 2))

    with pytest.raises(TaxesUnknown):
        price_cart(**terms(cart))


def test_the_shops_own_table_needs_no_question(variant: ProductVariant) -> None:
    assert ask_taxes(**terms(factories.cart_with((variant, 2)))) is None


def test_a_register_says_which_numbers_are_real(settings: Settings) -> None:
    settings.VAT_CHECK = REGISTER

    known, unknown, slip = (
        vat_answer(number) for number in (AUSTRIAN, "DE136695976", "ATU13585628")
    )

    assert known is not None
    assert unknown is not None
    assert slip is not None
    assert (known.is_valid, known.reference) == (True, "WAPIAAAAW")
    assert unknown.problem == "This VAT number isn't registered."
    # What can't be a number isn't asked about.
    assert slip.problem == "This isn't a VAT number of this country. Please look for a slip."
