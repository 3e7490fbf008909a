from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.db.models import F

from carts.models import Cart
from catalog.models import ProductVariant
from inventory import commands as inventory
from inventory.commands import reservations
from inventory.errors import OutOfStock
from inventory.models import Inventory
from orders.models import Order
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.ledger import ledger
from tests.races.guards import without_constraint
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
TOTAL = Decimal("60.34")  # 50.00 + 5.90 + 4.44 tax


@pytest.fixture
def last_one(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1)


def buyer(cart: Cart) -> Callable[[], Order]:
    return partial(factories.check_out, cart, expected_total=TOTAL)


def rounds(last_one: ProductVariant, running: Runners, buyers: int) -> Iterator[list[object]]:
    """Let all buyers order the one unit there is, again and again; yield what came of each."""
    carts = [factories.cart_with((last_one, 1)) for _ in range(buyers)]
    for _ in range(ROUNDS):
        results = running.race(*(buyer(cart) for cart in carts))
        yield list(results)
        for number, result in enumerate(results):
            if isinstance(result, Order):
                carts[number] = factories.cart_with((last_one, 1))
                inventory.adjust(variant_id=last_one.pk, change=1, reason="one more")


@ledger("S0-19")
@pytest.mark.parametrize("buyers", [2, 8, 32])
def test_one_buyer_gets_it_and_the_others_a_409(last_one: ProductVariant, buyers: int) -> None:
    before = deadlocks()

    with runners(buyers) as running:
        for number, results in enumerate(rounds(last_one, running, buyers), start=1):
            orders = [result for result in results if isinstance(result, Order)]
            losers = [result for result in results if isinstance(result, OutOfStock)]
            assert (len(orders), len(losers)) == (1, buyers - 1)
            assert {(loser.code, loser.status) for loser in losers} == {("out_of_stock", 409)}
            assert [loser.extra["lines"][0]["available"] for loser in losers] == [0] * (buyers - 1)
            assert factories.figures(last_one) == (number, number)

    assert Order.objects.count() == ROUNDS
    inventory.publish(variant_ids=[last_one.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_the_conditional_update_it_is_sold_twice(
    last_one: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reservations, "_promise", _check_then_write)
    most = 0

    with (
        without_constraint(table="inventory", name="inventory_not_oversold"),
        runners(8) as running,
    ):
        for results in rounds(last_one, running, 8):
            most = max(most, sum(isinstance(result, Order) for result in results))
            if most > 1:
                break
        broken = violations(instant_only=True)["stock_not_oversold"]

    assert most > 1
    assert broken == 1


def test_without_it_the_constraint_still_saves_the_stock(
    last_one: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reservations, "_promise", _check_then_write)

    with runners(8) as running, pytest.raises(Exception, match="inventory_not_oversold"):
        for _ in rounds(last_one, running, 8):
            pass

    assert violations(instant_only=True)["stock_not_oversold"] == 0


def _check_then_write(units: Mapping[UUID, int]) -> Mapping[UUID, int]:
    [(stock_id, quantity)] = units.items()
    stock = Inventory.objects.get(pk=stock_id)
    if stock.quantity_available < quantity:
        raise OutOfStock(lines=[{"variant": str(stock.variant_id), "available": 0}])
    Inventory.objects.filter(pk=stock_id).update(
        quantity_reserved=F("quantity_reserved") + quantity
    )
    return {stock_id: int(stock.quantity_available) - quantity}
