from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.models import Order
from payments.commands import process_event, refund, settle_refund
from payments.models import Refund
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.payments.webhooks import Till
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
Job = Callable[[], object]


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=10_000)


def one_round(plenty: ProductVariant, till: Till, running: Runners) -> tuple[Order, list[object]]:
    """Two workers settle a refund while the provider's news of it is processed."""
    payment = till.paid(factories.placed_order((plenty, 1)))
    row = refund(payment_id=payment.pk, amount=payment.amount, reason="torn seam")
    minor = int(payment.amount * 100)
    news = till.event(payment, "refund.updated", refunded=minor)
    settle: Job = _kept(partial(settle_refund, refund_id=row.pk))
    hear: Job = _kept(partial(process_event, event_id=till.receive(news)))
    results = list(running.race(settle, hear, settle))
    return Order.objects.get(pk=payment.order_id), results


def test_a_refund_takes_effect_once(plenty: ProductVariant, till: Till) -> None:
    before = deadlocks()

    with runners(3) as running:
        for number in range(1, ROUNDS + 1):
            order, results = one_round(plenty, till, running)
            assert results == [None, "done", None]
            assert (order.status, order.payment_status) == ("refunded", "refunded")
            assert order.history.filter(to_status="refunded").count() == 1
            assert order.amount_refunded == order.total
            assert factories.figures(plenty) == (10_000, 0)
            assert OutboxMessage.objects.filter(topic="mail:orders/refunded").count() == number

    assert Refund.objects.filter(status="succeeded").count() == ROUNDS
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_without_locks_it_takes_effect_twice(
    plenty: ProductVariant, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = QuerySet.select_for_update
    is_broken = False

    with runners(3) as running:
        for _ in range(5 * ROUNDS):
            monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
            order, results = one_round(plenty, till, running)
            monkeypatch.setattr(QuerySet, "select_for_update", lock)
            steps = order.history.filter(to_status="refunded").count()
            is_broken = steps > 1 or any(isinstance(one, IntegrityError) for one in results)
            if is_broken:
                break

    assert is_broken


def _kept(job: Job) -> Job:
    """The same job, that gives the database's refusal back instead of raising it."""

    def run() -> object:
        try:
            return job()
        except IntegrityError as error:
            return error

    return run
