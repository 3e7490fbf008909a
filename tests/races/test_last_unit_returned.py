from functools import partial

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders import commands
from orders.commands import returns
from orders.errors import NothingToReturn
from orders.models import Order, OrderReturn
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.orders.coming_back import arrived, asked
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
# There is no payment behind these orders.
UNPAID = "order_money_equals_payments"


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def one_round(plenty: ProductVariant, running: Runners) -> list[object]:
    """The shopper sends the one unit back, and withdraws from it in another tab."""
    order = arrived(factories.placed_order((plenty, 1)))
    ask = partial(asked, order)
    end = partial(commands.withdraw, order_id=order.pk, name="Ada Byron")
    return list(running.race(ask, end, ask))


def test_it_comes_back_once(plenty: ProductVariant) -> None:
    before = deadlocks()

    with runners(3) as running:
        for _ in range(ROUNDS):
            results = one_round(plenty, running)
            assert sum(isinstance(result, NothingToReturn) for result in results) == 2

    assert OrderReturn.objects.count() == ROUNDS
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    wrong = {name for name, rows in violations().items() if rows}
    assert wrong <= {UNPAID}
    assert deadlocks() == before


def test_without_the_lock_it_comes_back_twice(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returns, "locked", lambda order_id: Order.objects.get(pk=order_id))
    # The number of a return is counted too: only another one lets the second through.
    numbers = iter(range(10_000))
    real = returns.insert_return

    def numbered(order: Order, *args: object, **facts: object) -> OrderReturn:
        order.order_number = f"ORD-2026-{next(numbers):06}"
        return real(order, *args, **facts)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(returns, "insert_return", numbered)
    broken = 0

    with runners(2) as running:
        for _ in range(5 * ROUNDS):
            order = arrived(factories.placed_order((plenty, 1)))
            running.race(partial(asked, order), partial(asked, order))
            broken = violations(instant_only=True)["returned_units_were_shipped"]
            if broken:
                break

    assert broken == 1
