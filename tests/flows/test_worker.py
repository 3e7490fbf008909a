"""What the real worker and beat do: killed, restarted, and with the queue lost."""

from pathlib import Path

import pytest
import redis

from catalog.models import ProductVariant
from inventory.tasks import publish_all
from orders import commands as orders
from orders.models import Order
from payments.models import PaymentEvent, Refund
from shopflow.invariants import violations
from tests import factories
from tests.flows.celery_process import running_worker, wait_until
from tests.ledger import ledger
from tests.payments.webhooks import Till

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("worker")]


@pytest.fixture(autouse=True)
def _empty_queue(queue: "redis.Redis") -> None:
    """Nothing of another test rings here."""


def is_confirmed(order: Order) -> bool:
    return Order.objects.filter(pk=order.pk, status="confirmed").exists()


def is_drained() -> bool:
    return not any(violations().values())


def test_an_event_that_came_while_the_worker_was_dead_confirms_the_order(
    order: Order, till: Till, variant: ProductVariant, tmp_path: Path
) -> None:
    with running_worker(tmp_path) as worker:
        worker.kill()
    event_id = till.receive(till.event(till.pay(order)))
    assert not is_confirmed(order)

    with running_worker(tmp_path):
        wait_until(lambda: is_confirmed(order))
        # The killed worker may have taken the task of the stock figures with it; beat's sweep
        # would ring for this ten minutes later.
        publish_all.delay()
        wait_until(is_drained)

    event = PaymentEvent.objects.get(pk=event_id)
    assert (event.outcome, event.attempts) == ("done", 0)
    assert order.items.get().reservations.get().status == "committed"
    assert factories.figures(variant) == (10, 2)
    variant.refresh_from_db()
    assert variant.stock_quantity == 8


def test_money_of_a_cancelled_order_goes_back(order: Order, till: Till, tmp_path: Path) -> None:
    payment = till.paid(order)
    orders.cancel(order_id=order.pk, reason="changed my mind")

    with running_worker(tmp_path):
        wait_until(lambda: Refund.objects.filter(status="succeeded").exists())
        wait_until(is_drained)

    assert till.sandbox.fetch(payment.provider_payment_id)["refunded"] == 11478
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")


@ledger("S2-2")
def test_beat_finds_what_was_lost_with_the_queue(
    order: Order, till: Till, queue: "redis.Redis", tmp_path: Path
) -> None:
    till.receive(till.event(till.pay(order)))
    queue.flushdb()  # the doorbell nobody will ever hear
    assert not is_confirmed(order)

    with running_worker(tmp_path, "--beat", "--schedule", str(tmp_path / "beat")):
        wait_until(lambda: is_confirmed(order))

    event = PaymentEvent.objects.get()
    assert (event.outcome, event.attempts) == ("done", 1)
