"""Stripe's events: signatures are its library's own, bodies are written after its reference."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from payments.gateways.base import InvalidSignature, MalformedEvent, StaleSignature
from payments.gateways.stripe import StripeGateway
from payments.gateways.stripe.wire import Wire
from tests.payments.stripe_answers import (
    OLD_SECRET,
    Script,
    adapter,
    dispute,
    event,
    intent,
    refund,
    session,
    signed,
)

BODY = event(intent("k"))


def verify(body: bytes = BODY, headers: dict[str, str] | None = None) -> object:
    headers = signed(body) if headers is None else headers
    return adapter(Script()).verify_webhook(body=body, headers=headers, now=datetime.now(UTC))


@pytest.mark.parametrize("secret", ["whsec_new", OLD_SECRET])
def test_takes_either_secret_while_one_is_exchanged(secret: str) -> None:
    seen = adapter(Script()).verify_webhook(
        body=BODY, headers=signed(BODY, secret=secret), now=datetime.now(UTC)
    )

    assert (seen.id, seen.type) == ("evt_1", "payment_intent.succeeded")


def test_keeps_no_more_than_what_it_is_about() -> None:
    about = intent("k", receipt_email="ada@example.com", client_secret="pi_1_secret")

    seen = adapter(Script()).verify_webhook(
        body=event(about), headers=signed(event(about)), now=datetime.now(UTC)
    )

    assert seen.payload["data"] == {"object": {"id": "pi_1", "object": "payment_intent"}}
    assert set(seen.payload) == {"id", "type", "created", "data"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "t=1,v1=00"},
        {"Stripe-Signature": "t=now,v1=00"},
        {"Stripe-Signature": "v1=00"},
        signed(BODY, secret="whsec_forged"),
        signed(BODY + b" "),
        {"Stripe-Signature": signed(BODY)["Stripe-Signature"].replace("v1=", "v0=")},
    ],
    ids=range(8),
)
def test_refuses_what_stripe_did_not_sign(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        verify(headers=headers)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_refuses_a_replay(minutes: int) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)

    with pytest.raises(StaleSignature):
        verify(headers=signed(BODY, at=at.timestamp()))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"id": "evt_1"}', event({"id": 7, "object": "payment_intent"})],
    ids=range(5),
)
def test_refuses_a_signed_body_that_is_no_event(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        verify(body, signed(body))


@pytest.mark.parametrize(
    ("about", "asked"),
    [
        (intent("k"), "/v1/payment_intents/pi_1"),
        (session("k"), "/v1/checkout/sessions/cs_test_1"),
        (session("k", payment_intent="pi_1"), "/v1/payment_intents/pi_1"),
        ({"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}, "/v1/payment_intents/pi_1"),
        (refund(), "/v1/payment_intents/pi_1"),
    ],
    ids=["intent", "open page", "paid page", "charge", "refund"],
)
def test_looks_up_the_payment_an_event_names(about: dict[str, object], asked: str) -> None:
    script = Script()
    script.say(session("k") if "sessions" in asked else intent("k"))
    gateway = adapter(script)

    seen = gateway.complete(gateway.read_event(_payload(about)))

    assert seen.payment is not None
    assert (seen.payment.key, seen.dispute) == ("k", None)
    assert [path for _, path, _, _ in script.asked] == [asked]


def test_looks_up_a_dispute() -> None:
    script = Script()
    script.say(dispute(status="lost"))
    gateway = adapter(script)

    seen = gateway.complete(gateway.read_event(_payload(dispute())))

    assert seen.dispute is not None
    assert (seen.dispute.id, seen.dispute.status, seen.payment) == ("dp_1", "lost", None)


def test_asks_nothing_about_what_the_shop_does_not_know() -> None:
    gateway = adapter(Script())

    seen = gateway.complete(gateway.read_event(_payload({"id": "cus_1", "object": "customer"})))

    assert (seen.payment, seen.dispute) == (None, None)


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_1", " "], ""])
def test_refuses_to_work_without_a_secret(secrets: list[str]) -> None:
    wire = Wire(api_key="sk_test", api_base="https://api.stripe.com")

    with pytest.raises(ImproperlyConfigured, match="STRIPE_WEBHOOK_SECRET is empty"):
        StripeGateway(wire=wire, origins=[], secrets=secrets)


def test_refuses_to_work_without_a_key() -> None:
    with pytest.raises(ImproperlyConfigured, match="STRIPE_API_KEY is empty"):
        Wire(api_key=" ", api_base="https://api.stripe.com")


def _payload(about: dict[str, object]) -> dict[str, object]:
    return {
        "id": "evt_1",
        "type": "x.y",
        "created": 1772366399,
        "data": {"object": about},
    }
