from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.errors import QuoteChanged
from orders.models import Order
from promotions.commands import uses
from promotions.errors import CouponRefused
from promotions.models import CouponUsage
from promotions.queries import Customer
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
BROWSERS = 3
TOTAL = Decimal("54.89")  # 45.00 + 5.90 + 3.99 tax


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def rounds(plenty: ProductVariant, running: Runners) -> Iterator[list[object]]:
    """Let one person use a code, once per customer, in several browsers at the same moment."""
    for number in range(ROUNDS):
        code = f"EACH{number}"
        factories.coupon(code, usage_limit_per_user=1)
        carts = [factories.cart_with((plenty, 1), code=code) for _ in range(BROWSERS)]
        jobs = (partial(factories.check_out, cart, expected_total=TOTAL) for cart in carts)
        yield list(running.race(*jobs))


def test_one_person_gets_the_discount_once(plenty: ProductVariant) -> None:
    before = deadlocks()

    with runners(BROWSERS) as running:
        for results in rounds(plenty, running):
            orders = [result for result in results if isinstance(result, Order)]
            losers = [r for r in results if isinstance(r, CouponRefused | QuoteChanged)]
            assert (len(orders), len(losers)) == (1, BROWSERS - 1)

    assert CouponUsage.objects.count() == Order.objects.count() == ROUNDS
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_counted_before_the_row_is_locked_it_is_used_twice(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, take = uses._check_customer, uses._take

    def count_first(
        kind: uses.Kind, amounts: Mapping[UUID, Decimal], order_id: UUID, customer: Customer
    ) -> None:
        check(kind, list(amounts), customer)
        take(kind, amounts, order_id, customer)

    monkeypatch.setattr(uses, "_take", count_first)
    monkeypatch.setattr(uses, "_check_customer", lambda *_: None)
    most = 0

    with runners(BROWSERS) as running:
        for results in rounds(plenty, running):
            most = max(most, sum(isinstance(result, Order) for result in results))
            if most > 1:
                break

    assert most > 1
