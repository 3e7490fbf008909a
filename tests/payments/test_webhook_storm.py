"""Everything at once: repeated, shuffled, forged, from several connections."""

import os
import random
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.models import Order
from payments.models import Dispute, Payment, PaymentEvent, Refund
from payments.tasks import process_waiting_events
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.payments.sandbox_process import CARD_DECLINES
from tests.payments.webhooks import Till, event, signed
from tests.races.starting_gun import deadlocks

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
# More by night: make nightly sets it to 10,000.
DELIVERIES = int(os.environ.get("STORM", "500"))
REPEATED, FORGED = DELIVERIES * 30 // 100, DELIVERIES * 5 // 100
EVENTS_OF_AN_ORDER = 13
SENDERS, WORKERS = 3, 2
MOST_SWEEPS = 20


@dataclass(frozen=True)
class Letter:
    """One delivery, and whether it is the provider's."""

    body: bytes
    headers: Mapping[str, str]
    is_real: bool = True


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=100_000)


def test_each_event_takes_effect_once_and_no_forged_one_at_all(
    plenty: ProductVariant, till: Till
) -> None:
    chance = random.Random(DELIVERIES)
    before = deadlocks()
    real = DELIVERIES - REPEATED - FORGED
    payments = [_paid(plenty, till) for _ in range(-(-real // EVENTS_OF_AN_ORDER))]
    victims = [till.start(factories.placed_order((plenty, 1))) for _ in range(5)]
    letters = [letter for payment in payments for letter in _news(till, payment)][:real]
    letters += chance.choices(letters, k=REPEATED)
    letters += [_forged(till, chance.choice(victims), number) for number in range(FORGED)]
    chance.shuffle(letters)

    answers = _deliver(letters)

    assert len(answers) == DELIVERIES
    assert answers == [200 if letter.is_real else 400 for letter in letters]
    assert PaymentEvent.objects.count() == real
    _drain()
    assert not PaymentEvent.objects.filter(processed_at=None).exists()
    for payment in payments:
        _check_paid_once(payment)
    assert {row.status for row in Payment.objects.filter(pk__in=[v.pk for v in victims])} == {
        "pending"
    }
    assert Order.objects.filter(status="pending").count() == len(victims)
    assert not Refund.objects.exists()
    assert not Dispute.objects.exists()
    assert factories.figures(plenty) == (100_000, len(payments) + len(victims))
    inventory.publish(variant_ids=[plenty.pk])
    while OutboxMessage.objects.filter(sent_at=None).exists():
        send_due()
    assert {name for name, rows in violations().items() if rows} == set()
    assert deadlocks() == before


def _paid(plenty: ProductVariant, till: Till) -> Payment:
    """A payment that the provider has declined once and then taken; the shop knows nothing yet."""
    payment = till.pay(factories.placed_order((plenty, 1)), CARD_DECLINES)
    till.sandbox.pay(payment.provider_payment_id)
    return payment


def _news(till: Till, payment: Payment) -> Iterator[Letter]:
    """What a provider tells of one payment: early and late states, the same one often."""
    now = till.sandbox.fetch(payment.provider_payment_id)
    open_ = {"status": "pending", "captured": 0}
    declined = {**open_, "failure_code": "card_declined", "failure_reason": "Declined"}
    told = (
        ("payment.created", open_),
        ("payment.failed", declined),
        ("payment.requires_action", {**open_, "status": "requires_action"}),
        *[("payment.captured", {})] * (EVENTS_OF_AN_ORDER - 4),
        ("payment.failed", declined),
    )
    # The money comes first, so that a storm cut short leaves no order without it.
    for type_, data in sorted(told, key=lambda one: one[0] != "payment.captured"):
        body = event(payment, type_, now | data)
        yield Letter(body, signed(body))


def _forged(till: Till, payment: Payment, number: int) -> Letter:
    """Somebody says that an order was paid: with another secret, later words, none, or old ones."""
    amount = int(payment.amount * 100)
    body = till.event(payment, "payment.captured", status="captured", captured=amount)
    ways: tuple[Mapping[str, str], ...] = (
        signed(body, secret="whsec_guess"),
        signed(body + b" "),
        {},
        signed(body, at=timezone.now().timestamp() - 3600),
        signed(body, secret=""),
    )
    return Letter(body, ways[number % len(ways)], is_real=False)


def _deliver(letters: list[Letter]) -> list[int]:
    """Bring everything over several connections while workers are at it; return the answers."""
    with ThreadPoolExecutor(SENDERS + WORKERS) as pool:
        sent = [pool.submit(_send, letters[start::SENDERS]) for start in range(SENDERS)]
        swept = [pool.submit(_sweep) for _ in range(WORKERS)]
        answers = [0] * len(letters)
        for start, job in enumerate(sent):
            answers[start::SENDERS] = job.result()
        for sweep in swept:
            sweep.result()
    return answers


def _send(letters: list[Letter]) -> list[int]:
    client = Client()
    try:
        return [
            client.post(
                "/webhooks/payments/sandbox/",
                letter.body,
                content_type="application/json",
                headers=dict(letter.headers),
            ).status_code
            for letter in letters
        ]
    finally:
        connections.close_all()


def _sweep() -> None:
    try:
        for _ in range(MOST_SWEEPS):
            process_waiting_events()
    finally:
        connections.close_all()


def _drain() -> None:
    """What is left, as the sweeps of the next minutes would find it."""
    for _ in range(DELIVERIES):
        if not PaymentEvent.objects.filter(processed_at=None).exists():
            return
        PaymentEvent.objects.filter(processed_at=None).update(next_try_at=timezone.now())
        process_waiting_events()


def _check_paid_once(payment: Payment) -> None:
    payment.refresh_from_db()
    order = Order.objects.get(pk=payment.order_id)
    assert (payment.status, payment.amount_captured) == ("captured", order.total)
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert order.amount_paid == order.total
    assert list(order.history.values_list("to_status", flat=True)) == ["pending", "confirmed"]
    mails = OutboxMessage.objects.filter(topic="mail:orders/paid", reference=str(order.pk))
    assert mails.count() == 1
