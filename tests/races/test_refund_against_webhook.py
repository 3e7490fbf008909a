from collections.abc import Callable
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.models import Order
from payments.commands import process_event, refund, refunds, settle_refund
from payments.gateways.base import GatewayRefused, ProviderRefund
from payments.models import Refund
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.payments.webhooks import Till
from tests.races.starting_gun import PATIENCE, ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
Job = Callable[[], object]
WENT, STAYED = ("succeeded", "refunded", "refunded"), ("failed", "confirmed", "paid")


@pytest.fixture(autouse=True)
def _two_answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers ask for the same refund: one hears yes, one that it can't be done (again)."""
    ask, gun = refunds._ask, Barrier(2)

    def ask_together(row: Refund) -> ProviderRefund:
        answer = ask(row)
        if gun.wait(PATIENCE) == 0:
            raise GatewayRefused("This payment was refunded already.")
        return answer

    monkeypatch.setattr(refunds, "_ask", ask_together)


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=100_000)


def one_round(plenty: ProductVariant, till: Till, running: Runners) -> tuple[Refund, list[object]]:
    """Two workers settle a refund while the provider's own news of it is processed."""
    payment = till.paid(factories.placed_order((plenty, 1)))
    row = refund(payment_id=payment.pk, amount=payment.amount, reason="torn seam")
    news = till.event(payment, "refund.updated", refunded=int(payment.amount * 100))
    settle = _kept(partial(settle_refund, refund_id=row.pk))
    hear = _kept(partial(process_event, event_id=till.receive(news)))
    results = list(running.race(settle, hear, settle))
    return Refund.objects.select_related("order").get(pk=row.pk), results


def test_one_answer_counts(plenty: ProductVariant, till: Till) -> None:
    before = deadlocks()
    went = 0

    with runners(3) as running:
        for number in range(1, ROUNDS + 1):
            row, results = one_round(plenty, till, running)
            order: Order = row.order
            assert results == [None, "done", None]
            assert (row.status, order.status, order.payment_status) in (WENT, STAYED)
            went += row.status == "succeeded"
            assert order.amount_refunded == (order.total if row.status == "succeeded" else 0)
            assert order.history.filter(to_status=order.status).count() == 1
            assert factories.figures(plenty) == (100_000, number - went)
            assert OutboxMessage.objects.filter(topic="mail:orders/refunded").count() == went

    inventory.publish(variant_ids=[plenty.pk])
    while OutboxMessage.objects.filter(sent_at=None).exists():
        send_due()
    assert {name for name, rows in violations().items() if rows} == set()
    assert deadlocks() == before


def test_without_locks_both_count(
    plenty: ProductVariant, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = QuerySet.select_for_update
    is_broken = False

    with runners(3) as running:
        for _ in range(5 * ROUNDS):
            monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
            _, results = one_round(plenty, till, running)
            monkeypatch.setattr(QuerySet, "select_for_update", lock)
            is_refused = any(isinstance(one, IntegrityError) for one in results)
            is_broken = is_refused or any(violations(instant_only=True).values())
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
