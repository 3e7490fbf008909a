from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.db.models import F

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.errors import QuoteChanged
from orders.models import Order
from promotions.commands import uses
from promotions.errors import PromotionRefused
from promotions.models import Promotion, PromotionUsage
from promotions.queries import Customer
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.races.guards import without_constraint
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
BUYERS = 4
TOTAL = Decimal("54.89")  # 45.00 + 5.90 + 3.99 tax


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def rounds(plenty: ProductVariant, running: Runners) -> Iterator[list[object]]:
    """Let all buyers order what is on sale for one more of them; yield what came of each."""
    for number in range(ROUNDS):
        factories.promotion(f"Once {number}", usage_limit=1)
        carts = [factories.cart_with((plenty, 1)) for _ in range(BUYERS)]
        jobs = (partial(factories.check_out, cart, expected_total=TOTAL) for cart in carts)
        yield list(running.race(*jobs))


def test_one_buyer_gets_the_offer(plenty: ProductVariant) -> None:
    before = deadlocks()

    with runners(BUYERS) as running:
        for results in rounds(plenty, running):
            orders = [result for result in results if isinstance(result, Order)]
            losers = [r for r in results if isinstance(r, PromotionRefused | QuoteChanged)]
            assert (len(orders), len(losers)) == (1, BUYERS - 1)
            assert {loser.status for loser in losers} == {409}

    assert set(Promotion.objects.values_list("usage_count", flat=True)) == {1}
    assert PromotionUsage.objects.count() == Order.objects.count() == ROUNDS
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_the_conditional_update_it_is_given_twice(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "_take", _check_then_write)
    most = 0

    with (
        without_constraint(table="promotions", name="promotions_within_limit"),
        runners(BUYERS) as running,
    ):
        for results in rounds(plenty, running):
            most = max(most, sum(isinstance(result, Order) for result in results))
            if most > 1:
                break
        broken = violations(instant_only=True)["promotion_uses_equal_count"]

    assert most > 1
    assert broken == 1


def _check_then_write(
    kind: uses.Kind, amounts: Mapping[UUID, Decimal], order_id: UUID, customer: Customer
) -> None:
    for rule_id, amount in amounts.items():
        rule = kind.rule.objects.get(pk=rule_id)
        if rule.usage_limit is not None and rule.usage_count >= rule.usage_limit:
            raise kind.refused
        kind.rule.objects.filter(pk=rule_id).update(usage_count=F("usage_count") + 1)
        kind.usage.objects.create(
            order_id=order_id,
            discount_amount=amount,
            customer_email=customer.email,
            user_id=customer.user_id,
            **{kind.rule_id: rule_id},
        )
