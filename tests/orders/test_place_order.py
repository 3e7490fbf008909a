from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from carts import commands as carts
from carts.errors import CartEmpty, CartNotFound
from carts.models import Cart
from catalog import commands as catalog
from catalog.models import Product, ProductVariant
from inventory import commands as inventory
from inventory.errors import OutOfStock
from inventory.models import InventoryReservation
from orders.errors import CartNotOrderable, InvalidCheckout, QuoteChanged
from orders.models import Order
from promotions.models import CouponUsage
from shipping.errors import NoShippingThere, ShippingMethodUnavailable
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@ledger("S2-20")
def test_writes_down_what_the_shopper_agreed_to(
    variant: ProductVariant, us_shipping: ShippingMethod
) -> None:
    cart = factories.cart_with((variant, 2))

    order = factories.check_out(cart, note="Ring twice", shipping_method_id=us_shipping.pk)

    order = Order.objects.get(pk=order.pk)
    assert order.order_number.startswith(f"ORD-{timezone.now().year}-")
    assert (order.status, order.payment_status) == ("pending", "unpaid")
    assert (order.currency, order.subtotal, order.discount_total) == ("USD", 100, 0)
    assert (order.shipping_cost, order.tax) == (Decimal("5.90"), Decimal("8.88"))
    assert order.total == Decimal("114.78")
    assert order.prices_include_tax is False
    assert (order.amount_paid, order.amount_refunded) == (0, 0)
    assert (order.customer_email, order.customer_phone) == ("ada@example.com", "+12125550100")
    assert (order.shipping_method, order.shipping_method_name) == (us_shipping, "Standard")
    assert order.customer_note == "Ring twice"
    assert order.user is None


@ledger("S1-15", "S2-28", "S2-108")
def test_keeps_each_line_as_it_was_sold(variant: ProductVariant) -> None:
    order = factories.placed_order((variant, 2))

    [line] = order.items.all()
    assert (line.variant, line.product) == (variant, variant.product)
    assert (line.quantity, line.unit_price, line.line_total) == (2, 50, 100)
    assert (line.discount_amount, line.tax_amount) == (0, Decimal("8.88"))
    assert (line.product_name, line.sku) == (variant.product.name, variant.sku)
    [tax] = order.tax_lines.all()
    assert (tax.name, tax.taxable, tax.amount) == ("Sales tax", 100, Decimal("8.88"))


@ledger("S1-17")
def test_bills_where_it_ships_unless_told_otherwise(variant: ProductVariant) -> None:
    order = factories.placed_order((variant, 1))

    addresses = {a.address_type: a for a in order.addresses.all()}
    assert set(addresses) == {"shipping", "billing"}
    assert addresses["billing"].address_line_1 == "1 Main Street"
    assert order.shipping_address == addresses["shipping"]


@ledger("S1-17")
def test_bills_somebody_else(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))
    company = replace(factories.NEW_YORK, company="Analytical Engines", country_code="DE", state="")

    order = factories.check_out(cart, billing_address=company)

    kept = {a.address_type: (a.company, a.country_code) for a in order.addresses.all()}
    assert kept == {"shipping": ("", "US"), "billing": ("Analytical Engines", "DE")}


def test_holds_the_stock_for_the_payment_window(variant: ProductVariant) -> None:
    order = factories.placed_order((variant, 2))

    assert factories.figures(variant) == (10, 2)
    [reservation] = InventoryReservation.objects.all()
    assert (reservation.status, reservation.quantity) == ("held", 2)
    assert reservation.order_item == order.items.get()
    assert reservation.expires_at == order.placed_at + settings.PAYMENT_WINDOW
    assert timedelta(minutes=15) == settings.PAYMENT_WINDOW


@ledger("S1-19")
def test_begins_the_history(order: Order) -> None:
    steps = list(order.history.values_list("from_status", "to_status", "created_by"))

    assert steps == [("", "pending", None)]


def test_uses_the_coupon(variant: ProductVariant) -> None:
    coupon = factories.coupon("TENOFF", percent=10, usage_limit=5)

    order = factories.placed_order((variant, 2), code="tenoff")

    # 100 − 10 = 90; tax 7.9875 → 7.99; 90 + 5.90 + 7.99
    assert (order.coupon_code, order.discount_total) == ("TENOFF", 10)
    assert order.total == Decimal("103.89")
    assert order.items.get().discount_amount == 10
    [discount] = order.discount_lines.all()
    assert (discount.code, discount.description, discount.amount) == ("TENOFF", "10 % off", 10)
    [use] = CouponUsage.objects.all()
    assert (use.coupon, use.order, use.discount_amount) == (coupon, order, 10)
    assert (use.customer_email, use.released_at) == ("ada@example.com", None)
    coupon.refresh_from_db()
    assert coupon.usage_count == 1


def test_closes_the_cart(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))

    factories.check_out(cart)

    cart.refresh_from_db()
    assert cart.closed_at is not None
    with pytest.raises(CartNotFound):
        factories.check_out(cart)
    assert Order.objects.count() == 1


def test_belongs_to_the_user(variant: ProductVariant) -> None:
    user = factories.UserFactory.create()

    order = factories.placed_order((variant, 1), user=user)

    assert (order.user, order.items.get().user, order.shipping_address.user) == (user, user, user)
    assert order.history.get().created_by == user


def test_takes_the_last_unit_out_of_the_catalogue(us_shipping: ShippingMethod) -> None:
    variant = factories.variant_on_sale(stock=2)

    factories.placed_order((variant, 2))

    product = Product.objects.get(pk=variant.product_id)
    assert (product.stock_quantity, product.in_stock) == (0, False)


def test_confirms_an_order_of_nothing_at_once(us_shipping: ShippingMethod) -> None:
    factories.ship_to_the_us(price="0.00")
    variant = factories.variant_on_sale(price="0.00")

    order = factories.placed_order((variant, 1))

    order = Order.objects.get(pk=order.pk)
    assert (order.total, order.status, order.payment_status) == (0, "confirmed", "paid")
    assert InventoryReservation.objects.get().status == "committed"
    assert set(violations(instant_only=True).values()) == {0}


def test_leaves_every_invariant_true(order: Order) -> None:
    inventory.publish(variant_ids=[item.variant_id for item in order.items.all()])
    send_due()

    assert set(violations().values()) == {0}


def test_changes_nothing_when_the_price_is_not_the_one_agreed(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 2))
    before = books()

    with pytest.raises(QuoteChanged) as refused:
        factories.check_out(cart, expected_total=Decimal("114.77"))

    assert refused.value.status == 409
    assert refused.value.code == "quote_changed"
    assert refused.value.quote.total == Decimal("114.78")
    assert books() == before


def test_changes_nothing_when_the_price_rose_meanwhile(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))
    seen = factories.quote(cart).total
    ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal("60.00"))
    before = books()

    with pytest.raises(QuoteChanged):
        factories.check_out(cart, expected_total=seen)

    assert books() == before


@ledger("S0-4")
def test_changes_nothing_when_stock_is_short(us_shipping: ShippingMethod) -> None:
    plenty = factories.variant_on_sale(stock=10)
    scarce = factories.variant_on_sale(stock=1)
    factories.coupon("TENOFF", usage_limit=1)
    cart = factories.cart_with((plenty, 1), (scarce, 2), code="TENOFF")
    before = books()

    with pytest.raises(OutOfStock) as refused:
        factories.check_out(cart)

    assert (refused.value.code, refused.value.status) == ("out_of_stock", 409)
    assert refused.value.extra == {"lines": [{"variant": str(scarce.pk), "available": 1}]}
    assert books() == before


def test_refuses_an_empty_cart(us_shipping: ShippingMethod) -> None:
    cart = factories.cart_with()
    before = books()

    with pytest.raises(CartEmpty) as refused:
        factories.check_out(cart)

    assert (refused.value.code, refused.value.status) == ("cart_empty", 409)
    assert books() == before


def test_refuses_an_unknown_cart(us_shipping: ShippingMethod) -> None:
    with pytest.raises(CartNotFound):
        factories.check_out(Cart(id=new_id()), expected_total=Decimal(0))


@ledger("S1-99")
def test_refuses_what_is_not_sold_any_more(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))
    catalog.delete_product(product_id=variant.product_id)
    before = books()

    with pytest.raises(CartNotOrderable) as refused:
        factories.check_out(cart)

    assert refused.value.extra == {"lines": [{"variant": str(variant.pk)}]}
    assert books() == before


def test_refuses_what_is_not_published_any_more(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))
    tomorrow = timezone.now() + timedelta(days=1)
    Product.objects.filter(pk=variant.product_id).update(published_at=tomorrow)

    with pytest.raises(CartNotOrderable):
        factories.check_out(cart)

    assert not Order.objects.exists()


def test_refuses_a_country_we_do_not_ship_to(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))
    abroad = replace(factories.NEW_YORK, country_code="FR")
    before = books()

    with pytest.raises(NoShippingThere) as refused:
        factories.check_out(cart, shipping_address=abroad)

    assert (refused.value.code, refused.value.status) == ("no_shipping_there", 409)
    assert books() == before


def test_refuses_a_method_of_another_zone(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))
    before = books()

    with pytest.raises(ShippingMethodUnavailable):
        factories.check_out(cart, shipping_method_id=new_id())

    assert books() == before


def test_refuses_a_coupon_that_was_used_up_meanwhile(variant: ProductVariant) -> None:
    factories.coupon("ONCE", usage_limit=1)
    first = factories.cart_with((variant, 1), code="ONCE")
    second = factories.cart_with((variant, 1), code="ONCE")
    seen = factories.quote(second).total
    factories.check_out(first)
    before = books()

    with pytest.raises(QuoteChanged) as refused:
        factories.check_out(second, expected_total=seen)

    assert refused.value.quote.coupons[0].problem == "This code has been used up."
    assert books() == before


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "nobody"}, "Please enter an e-mail address like name@example.com."),
        ({"email": ""}, "Please enter an e-mail address like name@example.com."),
        ({"email": "a" * 250 + "@x.de"}, "This e-mail address is too long."),
        ({"country_code": "us"}, "Please choose a country."),
        ({"country_code": ""}, "Please choose a country."),
        ({"first_name": " "}, "Please fill in: first name."),
        ({"last_name": "", "city": ""}, "Please fill in: last name, city."),
        ({"address_line_1": "x" * 256}, "Please shorten or correct: address line 1."),
        ({"phone": "1" * 21}, "Please shorten or correct: phone."),
        ({"city": "a\0b"}, "Please shorten or correct: city."),
        ({"note": "a\0b"}, "Please shorten or correct: note."),
        ({"note": "x" * 2001}, "Please shorten or correct: note."),
    ],
)
def test_refuses_a_form_that_is_not_filled_in(
    variant: ProductVariant, wrong: dict[str, Any], sentence: str
) -> None:
    cart = factories.cart_with((variant, 1))
    seen = factories.quote(cart).total
    facts = {name: value for name, value in wrong.items() if name in {"email", "note"}}
    address = {name: value for name, value in wrong.items() if name not in facts}
    before = books()

    with pytest.raises(InvalidCheckout) as refused:
        factories.check_out(
            cart,
            expected_total=seen,
            shipping_address=replace(factories.NEW_YORK, **address),
            **facts,
        )

    assert (refused.value.code, refused.value.status) == ("invalid_checkout", 400)
    assert str(refused.value) == sentence
    assert books() == before


def test_checks_the_billing_address_too(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))

    with pytest.raises(InvalidCheckout):
        factories.check_out(cart, billing_address=replace(factories.NEW_YORK, city=""))

    assert carts.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=1).quantity == 2
