from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from payments.commands import disputes, record_dispute, refund, refunds, settle_refund
from payments.errors import PaymentDisputed, RefundTooMuch
from payments.models import Payment, Refund
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.payments.disputes import report
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
    return factories.variant_on_sale(stock=10_000)


def one_round(plenty: ProductVariant, till: Till, running: Runners) -> tuple[Payment, object]:
    """The shop gives 60 % back in the moment in which the bank takes all of it."""
    payment = till.paid(factories.placed_order((plenty, 1)))
    lost = partial(record_dispute, provider="sandbox", seen=report(payment, "lost"))
    give_back = partial(refund, payment_id=payment.pk, amount=SIXTY_PERCENT, reason="torn seam")
    given, _ = running.race(give_back, lost)
    payment.refresh_from_db()
    return payment, given


def test_the_money_goes_once(plenty: ProductVariant, till: Till) -> None:
    before = deadlocks()

    with runners(2) as running:
        for _ in range(ROUNDS):
            payment, given = one_round(plenty, till, running)
            amounts = sorted(payment.refunds.values_list("amount", flat=True))
            assert payment.amount_refunded == payment.amount_captured == sum(amounts)
            if isinstance(given, Refund):
                assert amounts == [payment.amount - SIXTY_PERCENT, SIXTY_PERCENT]
            else:
                assert isinstance(given, PaymentDisputed | RefundTooMuch)

    for row in Refund.objects.filter(status="pending"):
        settle_refund(refund_id=row.pk)
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_the_lock_it_goes_twice(
    plenty: ProductVariant, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = refunds.locked
    broken: dict[str, int] = {}

    with runners(2) as running:
        for _ in range(5 * ROUNDS):
            for module in (refunds, disputes):
                monkeypatch.setattr(module, "locked", _read)
            one_round(plenty, till, running)
            for module in (refunds, disputes):
                monkeypatch.setattr(module, "locked", lock)
            broken = violations(instant_only=True)
            if broken["refunds_within_captured"]:
                break

    assert broken["refunds_within_captured"] == 1


def _read(payment_id: UUID) -> Payment:
    return Payment.objects.get(pk=payment_id)
