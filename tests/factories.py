"""Things of the shop for tests: plain rows by factory_boy, all else by the shop's own commands."""

from decimal import Decimal
from itertools import count
from typing import Any

import factory

from accounts.models import User
from carts import commands as carts
from carts.models import Cart
from carts.queries import Destination, Quote, price_cart
from catalog import commands as catalog
from catalog.commands import ProductSpec, VariantSpec
from catalog.models import Brand, Category, ProductVariant
from inventory import commands as inventory
from inventory.models import Inventory, Warehouse
from orders import commands as orders
from orders.commands import Address
from orders.models import Order
from promotions import commands as promotions
from promotions.models import Coupon, Promotion
from shipping import commands as shipping
from shipping.models import ShippingMethod

NEW_YORK = Address(
    first_name="Ada",
    last_name="Byron",
    address_line_1="1 Main Street",
    city="New York",
    state="NY",
    postal_code="10001",
    country_code="US",
    phone="+12125550100",
)
EMAIL = "ada@example.com"
_numbers = count(1)


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A shopper whose password is `correct horse battery`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"shopper{number}@example.com")
    first_name = "Sam"
    last_name = "Shopper"
    email_verified = True
    password = factory.django.Password("correct horse battery")


class BrandFactory(factory.django.DjangoModelFactory[Brand]):
    class Meta:
        model = Brand

    name = factory.Sequence(lambda number: f"Brand {number}")
    slug = factory.Sequence(lambda number: f"brand-{number}")


class WarehouseFactory(factory.django.DjangoModelFactory[Warehouse]):
    """A second place for stock; the first, MAIN, is always there."""

    class Meta:
        model = Warehouse

    code = factory.Sequence(lambda number: f"W{number}")
    name = factory.Sequence(lambda number: f"Warehouse {number}")
    priority = 10


def category(name: str, *, parent: Category | None = None) -> Category:
    return catalog.save_category(
        name=name, slug=name.lower(), parent_id=parent.pk if parent else None
    )


def product_spec(**facts: Any) -> ProductSpec:
    """A shirt in sizes S and M for $50.00; any part of it may be named otherwise."""
    number = next(_numbers)
    return ProductSpec(
        **{
            "slug": f"shirt-{number}",
            "name": f"Shirt {number}",
            "variants": [
                VariantSpec(
                    sku=f"SHIRT-{number}-{size}",
                    price=Decimal("50.00"),
                    option_values={"Size": size},
                )
                for size in ("S", "M")
            ],
            **facts,
        }
    )


def variant_on_sale(*, price: str = "50.00", stock: int = 10, **facts: Any) -> ProductVariant:
    """A product of one variant with units on hand; `facts` are those of its ProductSpec."""
    sku = f"SKU-{next(_numbers)}"
    spec = product_spec(**{"variants": [VariantSpec(sku=sku, price=Decimal(price))], **facts})
    [variant] = catalog.save_product(spec=spec).variants.values()
    if stock:
        inventory.count(variant_id=variant.pk, quantity=stock, reason="opening")
    return variant


def stock_of(variant: ProductVariant) -> Inventory:
    return Inventory.objects.get(variant=variant, warehouse__code="MAIN")


def figures(variant: ProductVariant) -> tuple[int, int]:
    """What is on hand and what of it is promised."""
    stock = stock_of(variant)
    return stock.quantity_on_hand, stock.quantity_reserved


def ship_to_the_us(*, price: str = "5.90", tax: str = "0.08875") -> ShippingMethod:
    zone = shipping.save_zone(name="United States", countries=["US"])
    shipping.save_tax_rate(
        zone_id=zone.pk,
        tax_class="standard",
        name="Sales tax",
        rate=Decimal(tax),
        included_in_price=False,
    )
    return shipping.save_method(zone_id=zone.pk, name="Standard", price=Decimal(price))


def coupon(code: str = "TENOFF", *, percent: int = 10, **facts: Any) -> Coupon:
    """Ten percent off everything; `facts` are terms of `save_coupon` and win."""
    return promotions.save_coupon(code=code, **{"discount_value": Decimal(percent), **facts})


def promotion(name: str = "Summer sale", *, percent: int = 10, **facts: Any) -> Promotion:
    """Ten percent off everything, without a code; `facts` are terms of `save_promotion`."""
    return promotions.save_promotion(name=name, **{"discount_value": Decimal(percent), **facts})


def cart_with(
    *lines: tuple[ProductVariant, int], code: str | None = None, user: User | None = None
) -> Cart:
    """A guest's or a user's cart with these variants and perhaps a coupon's code."""
    cart = carts.open_cart(user_id=user.pk if user else None).cart
    for variant, quantity in lines:
        carts.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=quantity)
    if code is not None:
        carts.enter_coupon(cart_id=cart.pk, code=code)
    return cart


def quote(cart: Cart, **facts: Any) -> Quote:
    """What the cart costs when it goes to New York."""
    return price_cart(cart_id=cart.pk, **{"address": NEW_YORK.destination, **facts})


def check_out(cart: Cart, **facts: Any) -> Order:
    """Place the order at the price the shopper has just seen; `facts` are place_order's."""
    if "expected_total" not in facts:
        facts["expected_total"] = quote(cart).total
    return orders.place_order(
        **{
            "cart_id": cart.pk,
            "email": EMAIL,
            "shipping_address": NEW_YORK,
            "billing_address": None,
            "shipping_method_id": None,
            **facts,
        }
    )


def placed_order(
    *lines: tuple[ProductVariant, int], code: str | None = None, user: User | None = None
) -> Order:
    """An unpaid order of these lines."""
    cart = cart_with(*lines, code=code, user=user)
    return check_out(cart, user_id=user.pk if user else None)


def cancel(order: Order) -> Order:
    return orders.cancel(order_id=order.pk, reason="by the customer")


def free_shipping_above(method: ShippingMethod, amount: str) -> ShippingMethod:
    """The same way of shipping, for nothing from so much on."""
    return shipping.save_method(
        zone_id=method.zone_id,
        name=method.name,
        price=method.price,
        free_above=Decimal(amount),
        method_id=method.pk,
    )


def elsewhere(country: str, state: str = "") -> Destination:
    return Destination(country, state)
