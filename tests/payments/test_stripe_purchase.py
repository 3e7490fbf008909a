"""A sale through Stripe from the button to the refund, on answers written after its reference."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from orders.models import Order
from payments import gateways
from payments.commands import close_unpaid, process_event, refund, settle_refund
from payments.gateways import stripe as adapters
from payments.gateways.base import Gateway
from payments.models import Payment, PaymentEvent
from payments.tasks import process_event as process_event_task
from shopflow.invariants import violations
from tests.payments.stripe_answers import (
    PAGE,
    PAGES,
    SECRET,
    Asked,
    Script,
    adapter,
    declined,
    error,
    event,
    intent,
    listed,
    no_answer,
    session,
    signed,
)
from tests.payments.stripe_answers import (
    refund as refund_object,
)
from tests.storefront import link, words

pytestmark = pytest.mark.django_db
TOTAL = 11478
HOOK = "/webhooks/payments/stripe/"


@pytest.fixture
def script(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """The shop set up for Stripe alone; every answer it was told is asked for."""
    settings.PAYMENT_PROVIDERS = ["stripe"]
    settings.PAYMENT_ORIGINS = {"stripe": PAGES}
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_test", "https://api.stripe.com"
    settings.STRIPE_WEBHOOK_SECRET = [SECRET]
    script = Script()

    def from_settings() -> Gateway:
        return adapter(script)

    assert gateways.gateway("stripe").code == "stripe"
    monkeypatch.setattr(adapters, "from_settings", from_settings)
    yield script
    assert script.answers == []


def opened(order: Order, **changes: Any) -> dict[str, Any]:
    payment = Payment.objects.filter(order=order).order_by("-id").first()
    return session(str(payment.pk if payment else ""), amount_total=TOTAL, **changes)


def paid(payment: Payment, **changes: Any) -> dict[str, Any]:
    return intent(str(payment.pk), **{"amount": TOTAL, "amount_received": TOTAL} | changes)


class Echo(Script):
    """Answers a new session with the key that it came with."""

    def answer(self, asked: Asked, value: dict[str, Any]) -> dict[str, Any]:
        is_new = (asked[0], asked[1]) == ("POST", "/v1/checkout/sessions") and "metadata" in value
        return value | {"metadata": {"key": asked[3]}} if is_new else value


@pytest.fixture
def echo(script: Script, monkeypatch: pytest.MonkeyPatch) -> Script:
    echo = Echo()
    monkeypatch.setattr(adapters, "from_settings", lambda: adapter(echo))
    return echo


def start(client: Client, echo: Script, order: Order) -> Payment:
    echo.say(opened(order))
    answer = client.post(link("payments:pay", order))
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    return Payment.objects.live().get(order=order)


def test_a_purchase_from_the_button_to_the_refund(
    client: Client, order: Order, echo: Script
) -> None:
    payment = start(client, echo, order)
    assert (payment.provider, payment.provider_payment_id) == ("stripe", "cs_test_1")

    body = event(paid(payment))
    hook = client.post(HOOK, body, content_type="application/json", headers=signed(body))
    echo.say(paid(payment))
    outcome = process_event(event_id=PaymentEvent.objects.get().pk)

    assert (hook.status_code, outcome) == (200, "done")
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.status, order.payment_status, order.amount_paid) == (
        "confirmed",
        "paid",
        order.total,
    )
    assert (payment.provider_payment_id, payment.card_last_four) == ("pi_1", "4242")

    row = refund(payment_id=payment.pk, amount=order.total, reason="back")
    back = refund_object(amount=TOTAL, metadata={"key": str(row.pk)})
    echo.say(back)
    settle_refund(refund_id=row.pk)

    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.status, row.provider_refund_id) == ("succeeded", "re_1")
    assert order.payment_status == "refunded"
    assert echo.asked[-1][3] == row.idempotency_key
    assert set(violations(instant_only=True).values()) == {0}


def test_events_in_any_order_and_twice_have_one_effect(
    client: Client, order: Order, echo: Script
) -> None:
    payment = start(client, echo, order)
    for number, kind in enumerate(["charge.succeeded", "payment_intent.created", "charge.updated"]):
        about = {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}
        body = event(about, kind).replace(b'"evt_1"', b'"evt_%d"' % number)
        for _ in range(2):
            client.post(HOOK, body, content_type="application/json", headers=signed(body))

    events = list(PaymentEvent.objects.order_by("-id"))
    for row in [*events, *events]:
        if row.processed_at is None and not PaymentEvent.objects.get(pk=row.pk).processed_at:
            echo.say(paid(payment))
        process_event(event_id=row.pk)

    order.refresh_from_db()
    assert len(events) == 3
    assert (order.status, order.amount_paid) == ("confirmed", order.total)
    assert order.history.filter(to_status="confirmed").count() == 1


def test_an_event_stripe_cannot_be_asked_about_waits(
    client: Client, order: Order, echo: Script
) -> None:
    payment = start(client, echo, order)
    body = event(paid(payment))
    client.post(HOOK, body, content_type="application/json", headers=signed(body))
    row = PaymentEvent.objects.get()
    echo.say(no_answer("away"))

    process_event_task(str(row.pk))

    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.processed_at, order.status) == (None, "pending")
    assert "can't be reached" in row.last_error


def test_a_lost_answer_is_looked_up_not_asked_twice(
    client: Client, order: Order, echo: Script
) -> None:
    echo.say(no_answer("killed between the row and the answer"))
    lost = client.post(link("payments:pay", order))
    payment = Payment.objects.get()
    assert (lost.status_code, payment.status, payment.provider_payment_id) == (503, "pending", "")
    there = opened(order)
    echo.say(listed(), listed(there), there)

    answer = client.post(link("payments:pay", order))

    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert Payment.objects.get().provider_payment_id == "cs_test_1"
    posts = [path for method, path, _, _ in echo.asked if method == "POST"]
    assert posts == ["/v1/checkout/sessions"]


def test_a_call_that_never_came_through_is_made_again_with_its_key(
    client: Client, order: Order, echo: Script
) -> None:
    echo.say(no_answer("killed before the call"))
    client.post(link("payments:pay", order))
    payment = Payment.objects.get()
    echo.say(listed(), listed(), opened(order))

    client.post(link("payments:pay", order))

    keys = [key for method, _, _, key in echo.asked if method == "POST"]
    assert keys == [str(payment.pk)] * 2


def test_a_declined_card_is_said_and_the_page_stays_open(
    client: Client, order: Order, echo: Script
) -> None:
    payment = start(client, echo, order)
    facts = {"status": "requires_payment_method", "amount_received": 0}
    facts["last_payment_error"] = declined("insufficient_funds", "No money.")
    body = event(paid(payment, **facts), "payment_intent.payment_failed")
    client.post(HOOK, body, content_type="application/json", headers=signed(body))
    echo.say(paid(payment, **facts))
    process_event(event_id=PaymentEvent.objects.get().pk)

    shown = words(client.get(link("payments:pay", order)))
    again = client.post(link("payments:pay", order))

    assert "There wasn't enough money on this card. Nothing was taken." in shown
    assert (again.status_code, again["Location"]) == (303, PAGE)
    assert Payment.objects.count() == 1


def test_an_order_too_late_closes_its_page(client: Client, order: Order, echo: Script) -> None:
    start(client, echo, order)
    closed = opened(order, status="expired", url=None)
    echo.say(opened(order), closed, closed)

    close_unpaid(order_id=order.pk)

    order.refresh_from_db()
    assert (order.status, Payment.objects.get().status) == ("cancelled", "voided")
    assert ("POST", "/v1/checkout/sessions/cs_test_1/expire") in [
        (method, path) for method, path, _, _ in echo.asked
    ]


def test_another_amount_changes_nothing(client: Client, order: Order, echo: Script) -> None:
    payment = start(client, echo, order)
    body = event(paid(payment))
    client.post(HOOK, body, content_type="application/json", headers=signed(body))
    echo.say(paid(payment, amount=1, amount_received=1))

    outcome = process_event(event_id=PaymentEvent.objects.get().pk)

    order.refresh_from_db()
    assert (outcome, order.status, order.amount_paid) == ("amount_mismatch", "pending", 0)


def test_a_forged_event_is_refused(client: Client, order: Order, echo: Script) -> None:
    payment = start(client, echo, order)
    body = event(paid(payment))

    answer = client.post(
        HOOK, body, content_type="application/json", headers=signed(body, secret="whsec_forged")
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")
    assert PaymentEvent.objects.count() == 0


def test_what_stripe_refuses_ends_the_attempt(client: Client, order: Order, echo: Script) -> None:
    echo.say(error("amount_too_small", "Amount must be at least $0.50 usd"), status=400)

    answer = client.post(link("payments:pay", order))

    assert answer.status_code == 409
    assert "The payment provider refused this." in words(answer)
    assert Payment.objects.get().status == "failed"
