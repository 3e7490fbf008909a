from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.db.models import F

from catalog.models import ProductVariant
from payments.commands import add_gift_card, gift_holds
from payments.errors import GiftCardEmpty
from payments.models import GiftCard, GiftCardHold
from payments.models.gift_codes import digest
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from tests import factories
from tests.gift_cards import given, money_on
from tests.races.guards import without_constraint
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
CARD = Decimal("100.00")
ORDER = Decimal("114.78")  # more than is on the card


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def rounds(plenty: ProductVariant, running: Runners) -> Iterator[tuple[GiftCard, list[object]]]:
    """Let two orders use a new card at once; yield it and what came of each."""
    for _ in range(ROUNDS):
        card, code = given("100.00")
        orders = [factories.placed_order((plenty, 2)) for _ in range(2)]
        jobs = (partial(add_gift_card, order_id=order.pk, code=code) for order in orders)
        yield card, list(running.race(*jobs))


def test_a_card_is_promised_once(plenty: ProductVariant) -> None:
    before = deadlocks()

    with runners(2) as running:
        for card, results in rounds(plenty, running):
            holds = [result for result in results if isinstance(result, GiftCardHold)]
            assert [hold.amount for hold in holds] == [CARD]
            assert [type(r) for r in results if r not in holds] == [GiftCardEmpty]
            assert money_on(card) == (CARD, CARD)

    assert set(violations(instant_only=True).values()) == {0}
    assert deadlocks() == before


def test_without_lock_and_condition_it_is_promised_twice(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gift_holds, "hold", _check_then_write)
    most = Decimal(0)

    with (
        without_constraint(table="gift_cards", name="gift_cards_held_within_balance"),
        runners(2) as running,
    ):
        for card, _ in rounds(plenty, running):
            most = max(most, money_on(card)[1])
            if most > CARD:
                break

    assert most == 2 * CARD


def _check_then_write(*, order_id: UUID, code: str) -> GiftCardHold:
    card = GiftCard.objects.get(code_hash=digest(code))
    amount = min(card.available, ORDER)
    if amount <= 0:
        raise GiftCardEmpty
    GiftCard.objects.filter(pk=card.pk).update(held=F("held") + amount)
    return GiftCardHold.objects.create(order_id=order_id, gift_card=card, amount=amount)
