import pytest

from carts import commands
from carts.errors import CartItemNotFound, CartNotFound
from carts.models import CartItem
from catalog.models import ProductVariant
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(variant: ProductVariant) -> CartItem:
    return factories.cart_with((variant, 2)).items.get()


@ledger("S1-95")
def test_takes_the_line_out(item: CartItem) -> None:
    commands.remove_line(cart_id=item.cart_id, item_id=item.pk)

    assert not CartItem.objects.exists()


def test_says_when_it_is_gone_already(item: CartItem) -> None:
    commands.remove_line(cart_id=item.cart_id, item_id=item.pk)

    with pytest.raises(CartItemNotFound):
        commands.remove_line(cart_id=item.cart_id, item_id=item.pk)


def test_refuses_the_line_of_somebody_else(item: CartItem) -> None:
    stranger = factories.cart_with()

    with pytest.raises(CartItemNotFound):
        commands.remove_line(cart_id=stranger.pk, item_id=item.pk)

    assert CartItem.objects.count() == 1


def test_refuses_a_closed_cart(item: CartItem) -> None:
    commands.close(cart_id=item.cart_id)

    with pytest.raises(CartNotFound):
        commands.remove_line(cart_id=item.cart_id, item_id=item.pk)

    assert CartItem.objects.count() == 1
