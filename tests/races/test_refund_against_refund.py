from collections.abc import Callable
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from payments.commands import refund, refunds, settle_refund
from payments.errors import RefundTooMuch
from payments.models import Payment, Refund
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.payments.webhooks import Till
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
SIXTY_PERCENT = Decimal("36.20")  # of 60.34


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def one_round(plenty: ProductVariant, till: Till, running: Runners) -> list[object]:
    """Two people give 60 % of the same payment back at once."""
    payment = till.paid(factories.placed_order((plenty, 1)))
    give_back: Callable[[], Refund] = partial(
        refund, payment_id=payment.pk, amount=SIXTY_PERCENT, reason="torn seam"
    )
    return list(running.race(give_back, give_back))


def test_one_of_two_is_too_much(plenty: ProductVariant, till: Till) -> None:
    before = deadlocks()

    with runners(2) as running:
        for _ in range(ROUNDS):
            results = one_round(plenty, till, running)
            assert {type(result) for result in results} == {Refund, RefundTooMuch}

    for row in Refund.objects.all():
        settle_refund(refund_id=row.pk)
    assert set(Payment.objects.values_list("amount_refunded", flat=True)) == {SIXTY_PERCENT}
    assert Refund.objects.filter(status="succeeded").count() == ROUNDS
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_the_lock_both_are_written(
    plenty: ProductVariant, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = refunds.locked
    broken: dict[str, int] = {}

    with runners(2) as running:
        for _ in range(5 * ROUNDS):
            monkeypatch.setattr(refunds, "locked", _read)
            results = one_round(plenty, till, running)
            monkeypatch.setattr(refunds, "locked", lock)
            if all(isinstance(result, Refund) for result in results):
                broken = violations(instant_only=True)
                break

    assert broken["refunds_within_captured"] == 1


def _read(payment_id: UUID) -> Payment:
    return Payment.objects.get(pk=payment_id)
