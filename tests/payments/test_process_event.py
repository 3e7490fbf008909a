import json
from uuid import UUID

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders import commands as orders
from orders.models import Order
from payments.commands import claim_waiting, note_failure, process_event
from payments.models import Payment, PaymentEvent, Refund
from payments.models.events import MOST_TRIES
from payments.tasks import process_event as process_event_task
from payments.tasks import process_waiting_events
from promotions.models import Coupon
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books
from tests.ledger import ledger
from tests.payments.sandbox_process import CARD_DECLINES, CARD_PAYS, Sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def last_one(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1)


def test_confirms_an_order_that_was_paid_in_time(
    order: Order, till: Till, variant: ProductVariant
) -> None:
    payment = till.pay(order)

    outcome = till.tell(payment)

    assert outcome == "done"
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert order.amount_paid == order.total
    payment.refresh_from_db()
    assert (payment.status, payment.amount_captured) == ("captured", order.total)
    assert payment.captured_at is not None
    assert (payment.card_brand, payment.card_last_four) == ("Visa", "4242")
    assert order.items.get().reservations.get().status == "committed"
    assert factories.figures(variant) == (10, 2)
    event = PaymentEvent.objects.get()
    assert (event.outcome, event.last_error) == ("done", "")
    assert event.processed_at is not None
    # The payment has it now; the event needs it no longer.
    assert (event.payload["data"]["card_last_four"], event.payload["data"]["id"]) == (
        "",
        payment.provider_payment_id,
    )


def test_leaves_every_invariant_true(order: Order, till: Till, variant: ProductVariant) -> None:
    till.paid(order)
    inventory.publish(variant_ids=[variant.pk])
    send_due()

    assert set(violations().values()) == {0}


def test_is_safe_to_repeat(order: Order, till: Till) -> None:
    payment = till.pay(order)
    event_id = till.receive(till.event(payment))
    process_event(event_id=event_id)
    before = books()

    assert process_event(event_id=event_id) == "done"
    assert books() == before


def test_takes_the_same_news_twice(order: Order, till: Till) -> None:
    payment = till.paid(order)

    till.tell(payment)  # another event, the same capture

    order.refresh_from_db()
    assert order.amount_paid == order.total
    assert order.history.count() == 2
    assert not Refund.objects.exists()


def test_takes_events_in_any_order(order: Order, till: Till) -> None:
    payment = till.start(order)
    early = till.event(payment, "payment.failed", failure_code="card_declined")
    till.sandbox.pay(payment.provider_payment_id)
    till.tell(payment)
    before = books()

    process_event(event_id=till.receive(early))

    after = books()
    assert {name for name in after if after[name] != before[name]} == {"payment_events"}


@ledger("S2-58")
def test_an_old_failure_never_undoes_a_capture(order: Order, till: Till) -> None:
    payment = till.paid(order)

    till.tell(payment, "payment.failed", status="failed", captured=0)
    till.tell(payment, "payment.voided", status="voided", captured=0)

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.status, payment.amount_captured) == ("captured", order.total)
    assert order.status == "confirmed"


def test_a_declined_card_leaves_the_order_open(order: Order, till: Till) -> None:
    payment = till.pay(order, CARD_DECLINES)

    till.tell(payment, "payment.failed")

    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.status, payment.status) == ("pending", "pending")
    assert payment.failure_code == "card_declined"


def test_a_declined_card_can_be_followed_by_a_good_one(order: Order, till: Till) -> None:
    payment = till.pay(order, CARD_DECLINES)
    till.tell(payment, "payment.failed")

    till.sandbox.pay(payment.provider_payment_id, CARD_PAYS)
    till.tell(payment)

    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.status, payment.status) == ("confirmed", "captured")
    assert (payment.failure_code, payment.failure_reason) == ("", "")


def test_money_that_came_late_reopens_the_order(
    order: Order, till: Till, variant: ProductVariant
) -> None:
    payment = till.pay(order)
    orders.expire(order_id=order.pk)

    till.tell(payment)

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert factories.figures(variant) == (10, 2)
    assert not Refund.objects.exists()
    assert set(violations(instant_only=True).values()) == {0}


def test_money_that_came_late_takes_the_coupon_again(variant: ProductVariant, till: Till) -> None:
    factories.coupon("ONCE", usage_limit=1)
    order = factories.placed_order((variant, 1), code="ONCE")
    payment = till.pay(order)
    orders.expire(order_id=order.pk)

    till.tell(payment)

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert Coupon.objects.get().usage_count == 1
    assert set(violations(instant_only=True).values()) == {0}


def test_money_that_came_late_goes_back_when_the_stock_is_gone(
    last_one: ProductVariant, till: Till
) -> None:
    order = factories.placed_order((last_one, 1))
    payment = till.pay(order)
    orders.expire(order_id=order.pk)
    winner = factories.placed_order((last_one, 1))

    till.tell(payment)

    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "expired")
    assert (order.amount_paid, order.amount_refunded) == (order.total, order.total)
    refund = Refund.objects.get()
    assert (refund.payment, refund.amount, refund.status) == (payment, order.total, "pending")
    winner.refresh_from_db()
    assert winner.status == "pending"
    assert factories.figures(last_one) == (1, 1)
    assert set(violations(instant_only=True).values()) == {0}


def test_money_for_a_cancelled_order_goes_back(
    order: Order, till: Till, variant: ProductVariant
) -> None:
    payment = till.pay(order)
    orders.cancel(order_id=order.pk, reason="changed my mind")

    till.tell(payment)

    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert (payment.status, payment.amount_refunded) == ("refunded", order.total)
    assert Refund.objects.get().amount == order.total
    assert factories.figures(variant) == (10, 0)
    assert set(violations(instant_only=True).values()) == {0}


@ledger("S2-60")
def test_a_second_attempt_that_is_paid_too_goes_back(order: Order, till: Till) -> None:
    first = till.start(order)
    for _ in range(5):
        till.sandbox.pay(first.provider_payment_id, CARD_DECLINES)
    till.tell(first, "payment.failed")
    second = till.paid(order)

    # The provider has the last word: what had failed was taken after all.
    till.tell(first, status="captured", captured=11478)

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert (order.amount_paid, order.amount_refunded) == (2 * order.total, order.total)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("refunded", "captured")
    assert Refund.objects.get().payment == first
    assert set(violations(instant_only=True).values()) == {0}


def test_ignores_a_payment_we_never_made(order: Order, till: Till) -> None:
    payment = till.pay(order)

    for key in ("somebody else's", str(UUID(int=7))):
        assert till.tell(payment, key=key) == "unknown_payment"

    order.refresh_from_db()
    assert order.status == "pending"


def test_refuses_other_money_even_from_the_inbox(order: Order, till: Till) -> None:
    payment = till.pay(order)
    event_id = till.receive(till.event(payment))
    row = PaymentEvent.objects.get(pk=event_id)
    row.payload["data"]["captured"] = 1
    row.save()
    before = books()

    assert process_event(event_id=event_id) == "amount_mismatch"

    after = books()
    assert {name for name in after if after[name] != before[name]} == {"payment_events"}


def test_an_event_that_fails_waits_and_says_why(
    order: Order, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = till.pay(order)
    event_id = till.receive(till.event(payment))
    PaymentEvent.objects.update(payload=json.loads("{}"))

    process_event_task(str(event_id))

    row = PaymentEvent.objects.get()
    assert row.processed_at is None
    assert row.last_error == "The body isn't an event of this provider."


def test_the_sweep_processes_what_nobody_rang_for(order: Order, till: Till) -> None:
    till.receive(till.event(till.pay(order)))

    process_waiting_events()

    order.refresh_from_db()
    assert order.status == "confirmed"


def test_claim_waiting_puts_off_the_next_try(order: Order, till: Till) -> None:
    event_id = till.receive(till.event(till.pay(order)))

    assert claim_waiting(limit=10) == [event_id]
    assert claim_waiting(limit=10) == []

    row = PaymentEvent.objects.get()
    assert row.attempts == 1
    assert (row.next_try_at - row.received_at).total_seconds() > 19


def test_claim_waiting_leaves_processed_events_alone(order: Order, till: Till) -> None:
    till.paid(order)

    assert claim_waiting() == []


def test_claim_waiting_leaves_what_failed_too_often_to_staff(order: Order, till: Till) -> None:
    event_id = till.receive(till.event(till.pay(order)))
    PaymentEvent.objects.update(attempts=MOST_TRIES - 1)
    last = claim_waiting()
    PaymentEvent.objects.update(next_try_at="2026-01-01T00:00Z")

    assert last == [event_id]
    assert claim_waiting() == []
    assert [event.pk for event in PaymentEvent.objects.given_up()] == [event_id]
    assert not PaymentEvent.objects.waiting().exists()


def test_note_failure_shortens_the_reason(order: Order, till: Till) -> None:
    event_id = till.receive(till.event(till.pay(order)))

    note_failure(event_id=event_id, reason="x" * 1000)

    assert PaymentEvent.objects.get().last_error == "x" * 255


def test_one_bad_event_stops_no_other(order: Order, till: Till, sandbox: Sandbox) -> None:
    bad = till.receive(till.event(till.pay(order)))
    PaymentEvent.objects.filter(pk=bad).update(payload={"not": "an event"})
    till.receive(till.event(Payment.objects.get()))

    process_waiting_events()

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert PaymentEvent.objects.get(pk=bad).processed_at is None
