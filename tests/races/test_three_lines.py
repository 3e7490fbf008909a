from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from inventory.commands import reservations
from inventory.commands.reservations import _promise as promise
from inventory.models import Inventory
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
BUYERS = 4


@pytest.fixture
def variants(us_shipping: ShippingMethod) -> list[ProductVariant]:
    return [factories.variant_on_sale(stock=1000) for _ in range(3)]


def one_round(variants: Sequence[ProductVariant], running: Runners) -> list[object]:
    """Everybody buys one of each; every second buyer put them into the cart the other way round."""
    jobs: list[Callable[[], Order]] = []
    for number in range(BUYERS):
        lines = [(variant, 1) for variant in variants[:: 1 if number % 2 else -1]]
        cart = factories.cart_with(*lines)
        total = factories.quote(cart).total
        jobs.append(partial(factories.check_out, cart, expected_total=total))
    return list(running.race(*jobs))


def test_everybody_gets_theirs_without_a_deadlock(variants: list[ProductVariant]) -> None:
    before = deadlocks()

    with runners(BUYERS) as running:
        for _ in range(ROUNDS):
            assert [type(result) for result in one_round(variants, running)] == [Order] * BUYERS

    assert [factories.figures(v) for v in variants] == [(1000, ROUNDS * BUYERS)] * 3
    inventory.publish(variant_ids=[variant.pk for variant in variants])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_in_the_order_of_the_cart_they_deadlock(
    variants: list[ProductVariant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reservations, "_promise", _as_they_come)
    before = deadlocks()

    for _ in range(ROUNDS):
        with runners(BUYERS) as running:
            one_round(variants, running)
        if deadlocks() > before:
            break

    assert deadlocks() > before


def _as_they_come(units: Mapping[UUID, int]) -> Mapping[UUID, int]:
    """Lock the rows in the order of the lines instead of their keys."""
    for stock_id in units:
        Inventory.objects.select_for_update(no_key=True).get(pk=stock_id)
    return promise(units)
