import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from orders.models import Order
from payments.commands import process_event, receive
from payments.errors import AmountMismatch
from payments.gateways.base import (
    InvalidSignature,
    MalformedEvent,
    StaleSignature,
    UnknownProvider,
)
from payments.models import Payment, PaymentEvent
from payments.signals import event_received
from tests.books import books
from tests.ledger import ledger
from tests.payments.sandbox_process import SECRET, running_receiver, running_sandbox
from tests.payments.webhooks import Till, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    return till.pay(order)


@ledger("S0-16", "S0-20")
def test_puts_a_signed_event_into_the_inbox(payment: Payment, till: Till) -> None:
    body = till.event(payment)

    receive(provider="sandbox", body=body, headers=signed(body))

    row = PaymentEvent.objects.get()
    assert (row.provider, row.type) == ("sandbox", "payment.captured")
    assert row.provider_event_id == json.loads(body)["id"]
    sent = json.loads(body)
    assert row.payload["data"].items() <= sent["data"].items()
    assert row.payload == {**sent, "data": row.payload["data"]}
    assert (row.processed_at, row.attempts, row.outcome) == (None, 0, "")


def test_takes_what_the_provider_really_sends(
    order: Order, settings: Settings, tmp_path: Path
) -> None:
    with (
        running_receiver() as courier,
        running_sandbox(database=tmp_path / "ledger", webhook_url=courier.url) as sandbox,
    ):
        settings.SANDBOX_URL, settings.SANDBOX_API_KEY = sandbox.url, sandbox.api_key
        settings.SANDBOX_WEBHOOK_SECRET = [sandbox.secret]
        Till(sandbox).pay(order)
        [delivery] = courier.wait_for(1)

        receive(provider="sandbox", body=delivery.body, headers=delivery.headers)
        outcome = process_event(event_id=PaymentEvent.objects.get().pk)

    order.refresh_from_db()
    assert (outcome, order.status, order.amount_paid) == ("done", "confirmed", order.total)


def test_changes_nothing_else_yet(payment: Payment, till: Till, order: Order) -> None:
    till.receive(till.event(payment))

    order.refresh_from_db()
    assert (order.status, order.amount_paid) == ("pending", 0)


def test_keeps_a_second_delivery_out(payment: Payment, till: Till) -> None:
    body = till.event(payment)

    for seconds in (0, 1, 2):  # signed anew each time, as the provider does
        receive(provider="sandbox", body=body, headers=signed(body, at=time.time() + seconds))

    assert PaymentEvent.objects.count() == 1


def test_rings_for_every_delivery(
    payment: Payment,
    till: Till,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    heard: list[UUID] = []

    def listen(event_id: UUID, **_: object) -> None:
        heard.append(event_id)

    event_received.connect(listen)
    body = till.event(payment)

    with django_capture_on_commit_callbacks(execute=True):
        till.receive(body)
        till.receive(body)

    assert heard == [PaymentEvent.objects.get().pk] * 2


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sandbox-Signature": ""},
        {"Sandbox-Signature": "t=1,v1=00"},
        {"Sandbox-Signature": f"t={int(time.time())},v1={'0' * 64}"},
        {"Sandbox-Signature": "t=١٢٣,v1=" + "0" * 64},
        {"Other": "header"},
    ],
)
def test_refuses_a_forged_event(payment: Payment, till: Till, headers: dict[str, str]) -> None:
    body = till.event(payment)
    before = books()

    with pytest.raises(InvalidSignature) as refused:
        receive(provider="sandbox", body=body, headers=headers)

    assert (refused.value.code, refused.value.status) == ("invalid_signature", 400)
    assert books() == before


def test_refuses_an_event_signed_with_another_secret(payment: Payment, till: Till) -> None:
    body = till.event(payment)

    with pytest.raises(InvalidSignature):
        receive(provider="sandbox", body=body, headers=signed(body, secret="whsec_other"))

    assert not PaymentEvent.objects.exists()


def test_refuses_a_body_changed_after_signing(payment: Payment, till: Till) -> None:
    body = till.event(payment)
    headers = signed(body)

    with pytest.raises(InvalidSignature):
        receive(provider="sandbox", body=body.replace(b"captured", b"failed.."), headers=headers)

    assert not PaymentEvent.objects.exists()


@pytest.mark.parametrize("age", [-301, 302, 86_400])
def test_refuses_a_replayed_event(payment: Payment, till: Till, age: int) -> None:
    body = till.event(payment)

    with pytest.raises(StaleSignature) as refused:
        receive(provider="sandbox", body=body, headers=signed(body, at=time.time() - age))

    assert (refused.value.code, refused.value.status) == ("stale_signature", 400)
    assert not PaymentEvent.objects.exists()


def test_takes_the_old_secret_while_it_is_being_exchanged(
    payment: Payment, till: Till, settings: Settings
) -> None:
    settings.SANDBOX_WEBHOOK_SECRET = ["whsec_new", SECRET]
    old, new = till.event(payment), till.event(payment)

    receive(provider="sandbox", body=old, headers=signed(old))
    receive(provider="sandbox", body=new, headers=signed(new, secret="whsec_new"))

    assert PaymentEvent.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"id": "evt_1"}',
        b'{"id": "evt_1", "type": "payment.captured", "created_ms": 1, "data": []}',
        b'{"id": "evt_1", "type": "payment.captured", "created_ms": -1, "data": {}}',
        b'{"id": 5, "type": "payment.captured", "created_ms": 1, "data": {}}',
        b"[" * 100_000,
    ],
)
def test_refuses_what_is_no_event(till: Till, body: bytes) -> None:
    before = books()

    with pytest.raises(MalformedEvent) as refused:
        receive(provider="sandbox", body=body, headers=signed(body))

    assert (refused.value.code, refused.value.status) == ("malformed_event", 400)
    assert books() == before


@pytest.mark.parametrize(
    "data",
    [
        {"amount": 11477},
        {"captured": 11477},
        {"captured": 1},
        {"amount": 1147800, "captured": 1147800},
        {"currency": "EUR"},
    ],
)
def test_refuses_an_event_about_other_money(
    payment: Payment, till: Till, data: dict[str, Any]
) -> None:
    body = till.event(payment, **data)
    before = books()

    with pytest.raises(AmountMismatch) as refused:
        receive(provider="sandbox", body=body, headers=signed(body))

    assert (refused.value.code, refused.value.status) == ("amount_mismatch", 400)
    assert books() == before


def test_refuses_an_unknown_provider() -> None:
    with pytest.raises(UnknownProvider) as refused:
        receive(provider="nosuch", body=b"{}", headers={})

    assert (refused.value.code, refused.value.status) == ("unknown_provider", 404)


def test_keeps_an_event_of_a_payment_we_never_made(payment: Payment, till: Till) -> None:
    body = till.event(payment, key="somebody else's")

    receive(provider="sandbox", body=body, headers=signed(body))

    assert PaymentEvent.objects.count() == 1
