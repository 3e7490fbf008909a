import pytest

from carts import commands
from carts.errors import CartItemNotFound, CartNotFound, QuantityOutOfRange
from carts.models import CartItem
from catalog.models import ProductVariant
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(variant: ProductVariant) -> CartItem:
    return factories.cart_with((variant, 2)).items.get()


@pytest.mark.parametrize("quantity", [1, 5, 999])
def test_sets_the_units_of_a_line(item: CartItem, quantity: int) -> None:
    commands.set_quantity(cart_id=item.cart_id, item_id=item.pk, quantity=quantity)

    assert CartItem.objects.get().quantity == quantity


def test_is_safe_to_repeat(item: CartItem) -> None:
    commands.set_quantity(cart_id=item.cart_id, item_id=item.pk, quantity=5)
    commands.set_quantity(cart_id=item.cart_id, item_id=item.pk, quantity=5)

    assert CartItem.objects.get().quantity == 5


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**9])
def test_refuses_a_quantity_out_of_range(item: CartItem, quantity: int) -> None:
    before = books()

    with pytest.raises(QuantityOutOfRange):
        commands.set_quantity(cart_id=item.cart_id, item_id=item.pk, quantity=quantity)

    assert books() == before


def test_refuses_the_line_of_somebody_else(item: CartItem) -> None:
    stranger = factories.cart_with()
    before = books()

    with pytest.raises(CartItemNotFound) as refused:
        commands.set_quantity(cart_id=stranger.pk, item_id=item.pk, quantity=5)

    assert (refused.value.code, refused.value.status) == ("cart_item_not_found", 404)
    assert books() == before


def test_refuses_a_closed_cart(item: CartItem) -> None:
    commands.close(cart_id=item.cart_id)

    with pytest.raises(CartNotFound):
        commands.set_quantity(cart_id=item.cart_id, item_id=item.pk, quantity=5)


def test_refuses_an_unknown_line(item: CartItem) -> None:
    with pytest.raises(CartItemNotFound):
        commands.set_quantity(cart_id=item.cart_id, item_id=new_id(), quantity=5)
