"""Staff change a price in the moment in which somebody confirms the old one."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from threading import Event

import pytest

from carts.queries import Quote, total_of_trace
from catalog import commands as catalog
from catalog.commands import VariantSpec
from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.commands import place
from orders.errors import QuoteChanged
from orders.models import Order
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.races.starting_gun import PATIENCE, ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
PAIR = 2
CHEAP, DEAR = Decimal("50.00"), Decimal("80.00")


def priced(price: Decimal) -> ProductVariant:
    spec = factories.product_spec(slug="sold", variants=[VariantSpec(sku="SOLD", price=price)])
    [variant] = catalog.save_product(spec=spec).variants.values()
    return variant


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    variant = priced(CHEAP)
    inventory.count(variant_id=variant.pk, quantity=1000, reason="opening")
    return variant


def rounds(plenty: ProductVariant, running: Runners) -> Iterator[tuple[object, Decimal]]:
    """Yield what came of the order, and the total that its buyer agreed to.

    Every other pair of rounds confirms a moment after the edit instead of together with it: saving
    a product takes longer than reading its price, so that the old price would nearly always win.
    """
    for number in range(ROUNDS):
        before, after = (CHEAP, DEAR) if number % 2 else (DEAR, CHEAP)
        priced(before)
        cart = factories.cart_with((plenty, 1))
        agreed = factories.quote(cart).total
        saved = Event()
        order = partial(factories.check_out, cart, expected_total=agreed)
        late = partial(_once, saved, order) if number % 4 < PAIR else order
        result, _saved = running.race(late, partial(_and_say, saved, partial(priced, after)))
        yield result, agreed


def _once(saved: Event, job: Callable[[], Order]) -> Order:
    if not saved.wait(PATIENCE):
        raise TimeoutError("the price was never saved")
    return job()


def _and_say(saved: Event, job: Callable[[], ProductVariant]) -> ProductVariant:
    try:
        return job()
    finally:
        saved.set()


def test_nobody_pays_another_price_than_they_saw(plenty: ProductVariant) -> None:
    before = deadlocks()
    refused = 0

    with runners(2) as running:
        for result, agreed in rounds(plenty, running):
            if isinstance(result, Order):
                assert result.total == agreed == total_of_trace(result.price_trace)
                assert result.items.get().unit_price == result.subtotal
            else:
                assert isinstance(result, QuoteChanged)
                assert result.quote.total != agreed
                refused += 1

    assert refused > 0
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_the_expected_total_somebody_does(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "_check_quote", _whatever_it_costs)
    surprises = 0

    with runners(2) as running:
        for result, agreed in rounds(plenty, running):
            surprises += isinstance(result, Order) and result.total != agreed

    assert surprises > 0


def _whatever_it_costs(quote: Quote, expected_total: Decimal) -> None:
    """Order, whatever the buyer agreed to."""
