"""A line goes into the cart in the moment in which the cart is ordered."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest

from carts import commands as carts
from carts.commands import carts as cart_commands
from carts.errors import CartNotFound
from carts.models import Cart, CartItem
from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.errors import QuoteChanged
from orders.models import Order
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]


@pytest.fixture
def goods(us_shipping: ShippingMethod) -> list[ProductVariant]:
    return [factories.variant_on_sale(stock=1000) for _ in range(2)]


def rounds(goods: list[ProductVariant], running: Runners) -> Iterator[tuple[object, object]]:
    """Yield what came of the order of the first, and of putting the second beside it."""
    shirt, sock = goods
    for _ in range(ROUNDS):
        cart = factories.cart_with((shirt, 1))
        agreed = factories.quote(cart).total
        order, added = running.race(
            partial(factories.check_out, cart, expected_total=agreed),
            partial(carts.add_line, cart_id=cart.pk, variant_id=sock.pk, quantity=1),
        )
        yield order, added


def test_it_is_either_ordered_or_refused(goods: list[ProductVariant]) -> None:
    before = deadlocks()

    with runners(2) as running:
        for order, added in rounds(goods, running):
            if isinstance(order, Order):
                assert isinstance(added, CartNotFound)
                assert [item.variant_id for item in order.items.all()] == [goods[0].pk]
            else:
                # The cart is open still, with both: the new total is shown.
                assert isinstance(order, QuoteChanged)
                assert isinstance(added, CartItem)
                assert added.cart.items.count() == 2
                assert len(order.quote.lines) == 2

    inventory.publish(variant_ids=[variant.pk for variant in goods])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_the_carts_lock_it_is_lost(
    goods: list[ProductVariant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cart_commands, "_locked", _found)
    lost = 0

    with runners(2) as running:
        for _ in range(5):
            for order, added in rounds(goods, running):
                lost += isinstance(order, Order) and isinstance(added, CartItem)
            if lost:
                break

    assert lost > 0


def _found(cart_id: UUID) -> Cart:
    cart = Cart.objects.open().filter(pk=cart_id).first()
    if cart is None:
        raise CartNotFound
    return cart
