from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carts.models import CartCoupon
from carts.queries import price_cart
from catalog import commands as catalog
from catalog.models import ProductVariant
from orders.models import Order
from promotions.models import CouponUsage, Promotion
from shipping import commands as shipping
from shipping.models import ShippingMethod
from tests import factories

pytestmark = pytest.mark.django_db
FREE: dict[str, Any] = {"discount_type": "free_shipping", "discount_value": Decimal(0)}


def reasons(quote: Any) -> dict[str, str]:
    return {discount.name: discount.reason for discount in quote.discounts}


def test_takes_off_what_is_on_sale_without_a_code(variant: ProductVariant) -> None:
    factories.promotion("Summer sale")

    quote = factories.quote(factories.cart_with((variant, 2)))

    assert (quote.discount, [line.discount for line in quote.lines]) == (10, [10])
    [sale] = quote.promotions
    assert (sale.name, sale.description, sale.amount) == ("Summer sale", "10 % off", 10)
    assert quote.coupons == []


def test_takes_off_the_products_of_a_rule_only(variant: ProductVariant) -> None:
    other = factories.variant_on_sale(price="50.00")
    factories.promotion(percent=50, scope="products", product_ids=[other.product_id])

    quote = factories.quote(factories.cart_with((variant, 1), (other, 1)))

    assert [line.discount for line in quote.lines] == [0, 25]


def test_takes_off_a_category_and_all_below_it(us_shipping: ShippingMethod) -> None:
    clothes = factories.category("Clothes")
    shirts = factories.category("Shirts", parent=clothes)
    shirt = factories.variant_on_sale(category_id=shirts.pk)
    hat = factories.variant_on_sale(category_id=clothes.pk)
    book = factories.variant_on_sale()
    sale = factories.promotion(percent=50, scope="categories", category_ids=[clothes.pk])
    cart = factories.cart_with((shirt, 1), (hat, 1), (book, 1))

    assert [line.discount for line in factories.quote(cart).lines] == [25, 25, 0]

    catalog.save_category(name="Shirts", slug="shirts", category_id=shirts.pk)  # to the root
    assert [line.discount for line in factories.quote(cart).lines] == [0, 25, 0]
    assert Promotion.objects.get() == sale


def test_keeps_what_is_over_or_to_come_out_of_sight(variant: ProductVariant) -> None:
    factories.promotion("Off", is_active=False)
    factories.promotion("Dear", min_order_amount=Decimal("50.01"))

    quote = factories.quote(factories.cart_with((variant, 1)))

    assert (quote.discount, quote.promotions) == (0, [])
    assert reasons(quote) == {"Dear": "below_minimum"}
    [step] = [step for step in quote.trace if step["rule"] == "promotion"]
    assert step["result"] == "This offer needs an order of at least $50.01."


def test_takes_free_shipping_off_shipping_and_its_tax(
    variant: ProductVariant, us_shipping: ShippingMethod
) -> None:
    shipping.save_tax_rate(
        zone_id=us_shipping.zone_id,
        tax_class="shipping",
        name="Tax on shipping",
        rate=Decimal("0.10"),
        included_in_price=False,
    )
    factories.coupon("FREE", **FREE)

    cart = factories.cart_with((variant, 2), code="FREE")
    quote = factories.quote(cart)

    assert (quote.shipping, quote.shipping_discount, quote.discount) == (
        Decimal("5.90"),
        Decimal("5.90"),
        Decimal("5.90"),
    )
    assert [line.discount for line in quote.lines] == [0]
    assert [line.tax_class for line in quote.tax_lines] == ["standard"]
    assert quote.total == Decimal("108.88")
    before = price_cart(cart_id=cart.pk)
    assert (before.discount, before.coupons[0].problem) == (0, "")


@pytest.mark.parametrize("how", ["account", "address", "account at another address"])
def test_counts_uses_per_customer(variant: ProductVariant, how: str) -> None:
    factories.coupon("ONCE", usage_limit_per_user=1)
    ada = factories.UserFactory.create(email="ada@example.com")
    if how == "address":
        factories.check_out(factories.cart_with((variant, 1), code="ONCE"), email="Ada@Example.com")
    else:
        factories.placed_order((variant, 1), code="ONCE", user=ada)
        CouponUsage.objects.update(customer_email="other@example.com")
    cart = factories.cart_with((variant, 1), user=ada)
    coupon = CouponUsage.objects.get().coupon
    CartCoupon.objects.create(cart=cart, coupon=coupon)

    quote = factories.quote(cart)

    assert (quote.discount, reasons(quote)) == (0, {"ONCE": "used_by_you"})
    stranger = factories.cart_with((variant, 1), code="ONCE")
    assert factories.quote(stranger, email="bob@example.com").discount == 5
    expected = 0 if how == "address" else 5
    assert factories.quote(stranger, email="ADA@example.com").discount == expected


def test_counts_no_use_that_was_given_back(variant: ProductVariant) -> None:
    factories.promotion(usage_limit_per_user=1)
    cart = factories.cart_with((variant, 1))
    first = factories.placed_order((variant, 1))
    assert factories.quote(cart, email=factories.EMAIL).discount == 0

    factories.cancel(first)

    assert factories.quote(cart, email=factories.EMAIL).discount == 5


def test_asks_the_database_as_often_for_many_rules_and_lines(variant: ProductVariant) -> None:
    def statements() -> int:
        cart = factories.cart_with(*((one, 1) for one in variants), code="CODE0")
        with CaptureQueriesContext(connection) as captured:
            factories.quote(cart)
        return len(captured)

    shelf = factories.category("Shelf")
    variants = [variant]
    factories.coupon("CODE0", stackable=True)
    factories.promotion("Sale", stackable=True)
    few = statements()
    for number in range(3):
        variants.append(factories.variant_on_sale(category_id=shelf.pk))
        factories.promotion(
            f"Sale {number}",
            stackable=True,
            scope="categories",
            category_ids=[shelf.pk],
            usage_limit_per_user=3,
        )

    assert statements() == few
    assert not Order.objects.exists()


def test_says_how_much_is_missing_for_free_shipping(
    variant: ProductVariant, us_shipping: ShippingMethod
) -> None:
    cart = factories.cart_with((variant, 1))
    assert price_cart(cart_id=cart.pk).missing_for_free_shipping is None

    factories.free_shipping_above(us_shipping, "80.00")

    assert price_cart(cart_id=cart.pk).missing_for_free_shipping == 30
    assert factories.quote(cart).missing_for_free_shipping == 30
    enough = factories.cart_with((variant, 2))
    assert price_cart(cart_id=enough.pk).missing_for_free_shipping == 0
    assert factories.quote(enough).missing_for_free_shipping == 0


def test_promises_free_shipping_only_where_it_is_sure(
    variant: ProductVariant, us_shipping: ShippingMethod
) -> None:
    factories.free_shipping_above(us_shipping, "80.00")
    germany = shipping.save_zone(name="Germany", countries=["DE"])
    shipping.save_method(zone_id=germany.pk, name="DHL", price=Decimal(9))
    cart = factories.cart_with((variant, 1))

    assert price_cart(cart_id=cart.pk).missing_for_free_shipping is None
    assert factories.quote(cart).missing_for_free_shipping == 30


def test_says_how_much_an_offer_of_free_shipping_wants(variant: ProductVariant) -> None:
    factories.promotion("Free", min_order_amount=Decimal(120), **FREE)
    cart = factories.cart_with((variant, 2))

    assert price_cart(cart_id=cart.pk).missing_for_free_shipping == 20
    assert factories.quote(cart).missing_for_free_shipping == 20
