"""The same cart is ordered in two tabs at once, each with a key and an address of its own."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest

from carts import commands as carts
from carts.errors import CartNotFound
from carts.models import Cart
from catalog.models import ProductVariant
from inventory import commands as inventory
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
TABS = 3


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def rounds(plenty: ProductVariant, running: Runners) -> Iterator[list[object]]:
    """Yield what came of each tab's order."""
    for _ in range(ROUNDS):
        cart = factories.cart_with((plenty, 2))
        total = factories.quote(cart).total
        tabs = (
            replace(factories.NEW_YORK, address_line_1=f"{number} Main Street")
            for number in range(TABS)
        )
        jobs = (
            partial(factories.check_out, cart, expected_total=total, shipping_address=address)
            for address in tabs
        )
        yield list(running.race(*jobs))


def test_one_of_them_orders(plenty: ProductVariant) -> None:
    before = deadlocks()

    with runners(TABS) as running:
        for number, results in enumerate(rounds(plenty, running), start=1):
            orders = [result for result in results if isinstance(result, Order)]
            losers = [result for result in results if isinstance(result, CartNotFound)]
            assert (len(orders), len(losers)) == (1, TABS - 1)
            assert factories.figures(plenty) == (1000, 2 * number)

    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_closing_the_cart_several_do(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carts, "close", _look_then_close)
    most = 0

    with runners(TABS) as running:
        for results in rounds(plenty, running):
            most = max(most, sum(isinstance(result, Order) for result in results))
            if most > 1:
                break

    assert most > 1


def _look_then_close(*, cart_id: UUID) -> None:
    cart = Cart.objects.get(pk=cart_id)
    if cart.closed_at is not None:
        raise CartNotFound
    Cart.objects.filter(pk=cart_id).update(closed_at=cart.created_at)
