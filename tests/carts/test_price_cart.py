from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from carts import commands as carts
from carts.queries import price_cart, total_of_trace
from catalog import commands as catalog
from catalog.models import ProductVariant
from inventory import commands as inventory
from shipping import commands as shipping
from shipping.errors import ShippingMethodUnavailable
from shipping.models import ShippingMethod, ShippingZone
from shopflow.lib.ids import new_id
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def germany(db: None) -> ShippingZone:
    zone = shipping.save_zone(name="Germany", countries=["DE"])
    for tax_class, name, rate in (
        ("standard", "MwSt", "0.19"),
        ("reduced", "MwSt ermäßigt", "0.07"),
        ("shipping", "MwSt Versand", "0.19"),
    ):
        shipping.save_tax_rate(
            zone_id=zone.pk,
            tax_class=tax_class,
            name=name,
            rate=Decimal(rate),
            included_in_price=True,
        )
    shipping.save_method(zone_id=zone.pk, name="DHL", price=Decimal("4.90"))
    return zone


def test_without_an_address_it_is_goods_only(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 2))

    quote = price_cart(cart_id=cart.pk)

    assert (quote.currency, quote.subtotal, quote.total) == ("USD", 100, 100)
    assert (quote.shipping, quote.tax, quote.shipping_options) == (0, 0, [])
    assert quote.is_shippable


def test_adds_tax_and_shipping_where_prices_are_net(variant: ProductVariant) -> None:
    quote = factories.quote(factories.cart_with((variant, 2)))

    assert (quote.subtotal, quote.shipping) == (100, Decimal("5.90"))
    assert quote.tax == Decimal("8.88")
    assert quote.total == Decimal("114.78")
    assert quote.prices_include_tax is False


def test_shows_the_tax_inside_gross_prices(germany: ShippingZone) -> None:
    shirt = factories.variant_on_sale(price="119.00")
    book = factories.variant_on_sale(price="10.70", tax_class="reduced")
    cart = factories.cart_with((shirt, 1), (book, 2))

    quote = factories.quote(cart, address=factories.elsewhere("DE"))

    assert quote.prices_include_tax
    lines = [(line.tax_class, line.taxable, line.amount) for line in quote.tax_lines]
    # 21.40 × 7/107, 4.90 × 19/119 = 0.78, 119 × 19/119
    assert lines == [
        ("reduced", Decimal("21.40"), Decimal("1.40")),
        ("shipping", Decimal("4.90"), Decimal("0.78")),
        ("standard", Decimal("119.00"), Decimal("19.00")),
    ]
    assert quote.tax == Decimal("21.18")
    assert quote.total == Decimal("145.30")


def test_taxes_what_is_left_after_the_discount(variant: ProductVariant) -> None:
    factories.coupon("HALF", percent=50)

    quote = factories.quote(factories.cart_with((variant, 1), code="HALF"))

    assert (quote.discount, quote.tax) == (25, Decimal("2.22"))
    assert quote.total == Decimal("33.12")


def test_spreads_a_discount_over_the_lines_to_the_cent(us_shipping: ShippingMethod) -> None:
    variants = [factories.variant_on_sale(price="0.33") for _ in range(3)]
    factories.coupon("THIRD", percent=33)

    quote = factories.quote(
        factories.cart_with(*((variant, 1) for variant in variants), code="THIRD")
    )

    # 0.99 × 33 % = 0.3267
    assert quote.discount == Decimal("0.33")
    assert [line.discount for line in quote.lines] == [Decimal("0.11")] * 3


def test_caps_a_discount(variant: ProductVariant) -> None:
    factories.coupon("HALF", percent=50, max_discount_amount=Decimal("20.00"))

    quote = factories.quote(factories.cart_with((variant, 1), code="HALF"))

    assert quote.discount == 20


def test_keeps_a_coupon_that_stopped_working_and_says_so(variant: ProductVariant) -> None:
    coupon = factories.coupon("TENOFF")
    cart = factories.cart_with((variant, 1), code="TENOFF")
    coupon.is_active = False
    coupon.save()

    quote = factories.quote(cart)

    assert quote.discount == 0
    assert [(c.name, c.amount, c.problem) for c in quote.coupons] == [
        ("TENOFF", 0, "This code isn't valid any more.")
    ]


def test_takes_the_cheapest_way_unless_one_is_named(
    variant: ProductVariant, us_shipping: ShippingMethod
) -> None:
    express = shipping.save_method(
        zone_id=us_shipping.zone_id, name="Express", price=Decimal("19.00")
    )
    cart = factories.cart_with((variant, 1))

    cheapest, named = factories.quote(cart), factories.quote(cart, shipping_method_id=express.pk)

    assert (cheapest.shipping_method_id, cheapest.shipping) == (us_shipping.pk, Decimal("5.90"))
    assert (named.shipping_method_id, named.shipping) == (express.pk, 19)
    assert [option.name for option in named.shipping_options] == ["Standard", "Express"]


def test_refuses_a_way_that_does_not_go_there(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))

    with pytest.raises(ShippingMethodUnavailable) as refused:
        factories.quote(cart, shipping_method_id=new_id())

    assert (refused.value.code, refused.value.status) == ("shipping_method_unavailable", 409)


def test_is_not_shippable_where_there_is_no_zone(variant: ProductVariant) -> None:
    quote = factories.quote(factories.cart_with((variant, 1)), address=factories.elsewhere("FR"))

    assert not quote.is_shippable
    assert (quote.shipping_options, quote.shipping_method_id) == ([], None)


@ledger("S1-24")
def test_ships_for_nothing_above_a_limit(
    variant: ProductVariant, us_shipping: ShippingMethod
) -> None:
    shipping.save_method(
        zone_id=us_shipping.zone_id,
        name="Standard",
        price=Decimal("5.90"),
        free_above=Decimal("100.00"),
    )

    below = factories.quote(factories.cart_with((variant, 1)))
    exactly = factories.quote(factories.cart_with((variant, 2)))

    assert (below.shipping, exactly.shipping) == (Decimal("5.90"), 0)


def test_names_delivery_days_without_weekends(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))

    with time_machine.travel(datetime(2025, 6, 5, 12, tzinfo=UTC), tick=False):  # a Thursday
        [option] = factories.quote(cart).shipping_options

    assert (option.delivery_from, option.delivery_to) == (date(2025, 6, 9), date(2025, 6, 12))


def test_says_that_the_price_changed(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))
    ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal("60.00"))

    [line] = factories.quote(cart).lines

    assert (line.unit_price, line.line_total) == (60, 60)
    assert line.notice == "The price changed from $50.00 to $60.00 since you added this."


@pytest.mark.parametrize(
    ("left", "notice"),
    [
        (0, "This has just sold out. Please remove it."),
        (1, "Only 1 left. Please lower the quantity."),
        (2, None),
    ],
)
def test_says_how_many_are_left(variant: ProductVariant, left: int, notice: str | None) -> None:
    cart = factories.cart_with((variant, 2))
    inventory.count(variant_id=variant.pk, quantity=left, reason="count")

    [line] = factories.quote(cart).lines

    assert (line.available, line.notice) == (left, notice)


@ledger("S1-99")
def test_says_that_a_product_is_not_sold_any_more(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))
    catalog.delete_product(product_id=variant.product_id)

    [line] = factories.quote(cart).lines

    assert not line.is_buyable
    assert line.notice == "This isn't available any more. Please remove it."


def test_an_empty_cart_costs_nothing(us_shipping: ShippingMethod) -> None:
    quote = price_cart(cart_id=factories.cart_with().pk)

    assert (quote.lines, quote.total) == ([], 0)


def test_its_trace_explains_the_total(variant: ProductVariant, germany: ShippingZone) -> None:
    factories.coupon("TENOFF")
    cart = factories.cart_with((variant, 3), (factories.variant_on_sale(price="0.01"), 1))
    carts.enter_coupon(cart_id=cart.pk, code="TENOFF")

    for destination in (factories.NEW_YORK.destination, factories.elsewhere("DE")):
        quote = factories.quote(cart, address=destination)
        assert total_of_trace(quote.trace) == quote.total
        assert (quote.trace[-1]["rule"], quote.trace[-1]["adds"]) == ("total", str(quote.total))
