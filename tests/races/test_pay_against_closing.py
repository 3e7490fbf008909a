from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders import commands as orders
from orders.commands import lifecycle
from orders.models import Order
from payments.commands import process_event, settle_cancelled, settle_refund, state
from payments.models import Payment, Refund
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import triggers_off
from tests.payments.webhooks import Till
from tests.races.guards import without_constraint
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
Close = Callable[[UUID], object]


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def cancel(order_id: UUID) -> Order:
    return orders.cancel(order_id=order_id, reason="changed my mind")


def expire(order_id: UUID) -> Order:
    return orders.expire(order_id=order_id)


def one_round(plenty: ProductVariant, till: Till, running: Runners, close: Close) -> Order:
    """Close an order in the moment in which the news of its payment is processed."""
    order = factories.placed_order((plenty, 1))
    event_id = till.receive(till.event(till.pay(order)))
    running.race(partial(process_event, event_id=event_id), partial(close, order.pk))
    order.refresh_from_db()
    return order


def steps(order: Order) -> list[str]:
    return [step.to_status for step in order.history.all()]


def test_a_cancelled_order_gives_the_money_back(plenty: ProductVariant, till: Till) -> None:
    before = deadlocks()

    with runners(2) as running:
        for number in range(1, ROUNDS + 1):
            order = one_round(plenty, till, running, cancel)
            settle_cancelled(order_id=order.pk)
            settle_refund(refund_id=Refund.objects.latest("id").pk)

            order.refresh_from_db()
            assert (order.status, order.payment_status) == ("cancelled", "refunded")
            assert order.amount_paid == order.amount_refunded == order.total
            assert steps(order) in (
                ["pending", "cancelled"],
                ["pending", "confirmed", "cancelled"],
            )
            assert Refund.objects.filter(status="succeeded").count() == number
            assert factories.figures(plenty) == (1000, 0)

    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


def test_an_expired_order_is_opened_again(plenty: ProductVariant, till: Till) -> None:
    before = deadlocks()

    with runners(2) as running:
        for number in range(1, ROUNDS + 1):
            order = one_round(plenty, till, running, expire)

            assert (order.status, order.payment_status) == ("confirmed", "paid")
            assert steps(order) in (
                ["pending", "confirmed"],
                ["pending", "cancelled", "confirmed"],
            )
            assert factories.figures(plenty) == (1000, number)

    assert not Refund.objects.exists()
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}
    assert deadlocks() == before


@pytest.mark.parametrize("close", [cancel, expire])
def test_without_the_orders_lock_both_happen_at_once(
    plenty: ProductVariant, till: Till, monkeypatch: pytest.MonkeyPatch, close: Close
) -> None:
    monkeypatch.setattr(lifecycle, "locked", lambda order_id: Order.objects.get(pk=order_id))
    monkeypatch.setattr(state, "_locked", _read)
    broken: dict[str, int] = {}

    with (
        without_constraint(table="orders", name="orders_cancelled_has_time"),
        triggers_off("orders"),
        runners(2) as running,
    ):
        for _ in range(5 * ROUNDS):
            one_round(plenty, till, running, close)
            broken = {name: rows for name, rows in violations(instant_only=True).items() if rows}
            if broken:
                break

    assert "history_steps_are_legal" in broken


def _read(payment_id: UUID) -> tuple[Payment, Order]:
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    return payment, payment.order
