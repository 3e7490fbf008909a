from decimal import Decimal

import pytest

from carts import commands
from carts.commands import carts as cart_commands
from carts.errors import (
    CartNotFound,
    CartTooLarge,
    QuantityOutOfRange,
    UnknownVariant,
    VariantOfAnotherProduct,
)
from carts.models import Cart, CartItem
from catalog import commands as catalog
from catalog.models import ProductVariant
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def cart(db: None) -> Cart:
    return factories.cart_with()


def test_puts_units_into_the_cart(cart: Cart, variant: ProductVariant) -> None:
    commands.add_line(
        cart_id=cart.pk, variant_id=variant.pk, quantity=3, product_id=variant.product_id
    )

    item = CartItem.objects.get()
    assert (item.cart, item.variant, item.product) == (cart, variant, variant.product)
    assert (item.quantity, item.unit_price) == (3, Decimal("50.00"))


def test_adds_to_what_is_there(cart: Cart, variant: ProductVariant) -> None:
    commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=3)
    ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal("55.00"))

    commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=4)

    item = CartItem.objects.get()
    assert (item.quantity, item.unit_price) == (7, Decimal("55.00"))


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**9, -(10**9)])
def test_refuses_a_quantity_out_of_range(
    cart: Cart, variant: ProductVariant, quantity: int
) -> None:
    before = books()

    with pytest.raises(QuantityOutOfRange) as refused:
        commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=quantity)

    assert (refused.value.code, refused.value.status) == ("quantity_out_of_range", 400)
    assert books() == before


def test_refuses_more_than_999_in_all(cart: Cart, variant: ProductVariant) -> None:
    commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=998)
    commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=1)
    before = books()

    with pytest.raises(QuantityOutOfRange):
        commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=1)

    assert books() == before


def test_refuses_an_unknown_variant(cart: Cart) -> None:
    with pytest.raises(UnknownVariant) as refused:
        commands.add_line(cart_id=cart.pk, variant_id=new_id(), quantity=1)

    assert (refused.value.code, refused.value.status) == ("unknown_variant", 404)
    assert not CartItem.objects.exists()


def test_refuses_a_variant_that_is_not_sold_any_more(cart: Cart, variant: ProductVariant) -> None:
    catalog.delete_product(product_id=variant.product_id)

    with pytest.raises(UnknownVariant):
        commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=1)


def test_refuses_a_variant_of_another_product(cart: Cart, variant: ProductVariant) -> None:
    other = factories.variant_on_sale()
    before = books()

    with pytest.raises(VariantOfAnotherProduct) as refused:
        commands.add_line(
            cart_id=cart.pk, variant_id=variant.pk, quantity=1, product_id=other.product_id
        )

    assert (refused.value.code, refused.value.status) == ("variant_of_another_product", 400)
    assert books() == before


def test_refuses_the_hundred_and_first_item(
    cart: Cart, variant: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cart_commands, "MOST_LINES", 1)
    commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=1)
    other = factories.variant_on_sale()
    before = books()

    with pytest.raises(CartTooLarge):
        commands.add_line(cart_id=cart.pk, variant_id=other.pk, quantity=1)

    assert books() == before
    assert commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=1).quantity == 2


def test_refuses_a_cart_that_became_an_order(cart: Cart, variant: ProductVariant) -> None:
    commands.close(cart_id=cart.pk)

    with pytest.raises(CartNotFound):
        commands.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=1)


def test_refuses_an_unknown_cart(variant: ProductVariant) -> None:
    with pytest.raises(CartNotFound):
        commands.add_line(cart_id=new_id(), variant_id=variant.pk, quantity=1)
