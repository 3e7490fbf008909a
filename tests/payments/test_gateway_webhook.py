import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from payments.gateways.base import (
    InvalidSignature,
    MalformedEvent,
    ProviderPayment,
    StaleSignature,
)
from payments.gateways.sandbox import SandboxGateway
from shopflow.lib.money import Money
from tests.payments.sandbox_process import (
    SECRET,
    Delivery,
    Receiver,
    running_receiver,
    running_sandbox,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NEW = "new"
ORIGIN = "https://pay.example"
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "type": "payment.captured",
    "created": 1772366399,
    "created_ms": 1772366399250,
    "data": {
        "id": "pay_1",
        "key": "0197-key",
        "reference": "ORD-1",
        "status": "captured",
        "amount": 5990,
        "currency": "USD",
        "captured": 5990,
        "refunded": 0,
        "failure_code": "",
        "failure_reason": "",
        "card_brand": "Visa",
        "card_last_four": "4242",
        "redirect_url": None,
    },
}


def gateway(*secrets: str) -> SandboxGateway:
    return SandboxGateway(origin=ORIGIN, api_key="k", secrets=secrets or ["new", "old"])


def signed(body: bytes, *, secret: str = NEW, at: datetime = NOW) -> dict[str, str]:
    stamp = int(at.timestamp())
    signature = hmac.new(secret.encode(), b"%d.%s" % (stamp, body), hashlib.sha256).hexdigest()
    return {"Sandbox-Signature": f"t={stamp},v1={signature}"}


def encoded(**changes: Any) -> bytes:
    return json.dumps({**EVENT, **changes}).encode()


def test_reads_a_signed_event() -> None:
    body = encoded()

    event = gateway().verify_webhook(body=body, headers=signed(body), now=NOW)

    assert (event.id, event.type) == ("evt_1", "payment.captured")
    assert event.occurred_at == datetime(2026, 3, 1, 11, 59, 59, 250_000, tzinfo=UTC)
    assert event.payload == EVENT
    assert event.payment == ProviderPayment(
        id="pay_1",
        key="0197-key",
        reference="ORD-1",
        status="captured",
        amount=Money(Decimal("59.90"), "USD"),
        captured=Money(Decimal("59.90"), "USD"),
        refunded=Money(Decimal("0.00"), "USD"),
        redirect_url=None,
        card_brand="Visa",
        card_last_four="4242",
    )
    assert gateway().read_event(event.payload) == event


@pytest.mark.parametrize("secret", ["new", "old"])
def test_takes_both_secrets_while_one_is_exchanged(secret: str) -> None:
    body = encoded()

    event = gateway().verify_webhook(body=body, headers=signed(body, secret=secret), now=NOW)

    assert event.id == "evt_1"


def test_reads_the_header_in_any_case() -> None:
    body = encoded()
    headers = {name.upper(): value for name, value in signed(body).items()}

    assert gateway().verify_webhook(body=body, headers=headers, now=NOW).id == "evt_1"


@pytest.mark.parametrize("secret", ["", "older", "new,old", "neww"])
def test_refuses_a_wrong_secret(secret: str) -> None:
    body = encoded()

    with pytest.raises(InvalidSignature) as refused:
        gateway().verify_webhook(body=body, headers=signed(body, secret=secret), now=NOW)

    assert (refused.value.code, refused.value.status) == ("invalid_signature", 400)


def test_refuses_a_changed_body_and_a_changed_time() -> None:
    body = encoded()
    headers = signed(body, at=NOW - timedelta(hours=1))
    later = headers["Sandbox-Signature"].replace(
        str(int((NOW - timedelta(hours=1)).timestamp())), str(int(NOW.timestamp()))
    )

    with pytest.raises(InvalidSignature):
        gateway().verify_webhook(body=body + b" ", headers=signed(body), now=NOW)
    with pytest.raises(InvalidSignature):
        gateway().verify_webhook(body=body, headers={"Sandbox-Signature": later}, now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=,v1=",
        "t=1772366400",
        "v1={v1}",
        "t=1772366400,v1=",
        "t=1772366400,v1={v1}0",
        "t=1772366400,v1={V1}",
        "t=1772366400, v1={v1}",
        "t=1772366400,v1={v1}\n",
        "t=-1,v1={v1}",
        "t=1772366400.0,v1={v1}",
        "t=1_772366400,v1={v1}",
        "t=١٧٧٢٣٦٦٤٠٠,v1={v1}",
        "t=1772366400,v1=é",
        "t=1772366400,t=1,v1={v1}",
        "v0={v1},t=1772366400",
        "t=" + "9" * 5000 + ",v1={v1}",
    ],
)
def test_refuses_malformed_headers(header: str | None) -> None:
    body = encoded()
    v1 = signed(body)["Sandbox-Signature"].rpartition("=")[2]
    headers = {}
    if header is not None:
        headers["Sandbox-Signature"] = header.replace("{v1}", v1).replace("{V1}", v1.upper())

    with pytest.raises(InvalidSignature):
        gateway().verify_webhook(body=body, headers=headers, now=NOW)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_tolerates_five_minutes_both_ways(seconds: int) -> None:
    body = encoded()
    headers = signed(body, at=NOW + timedelta(seconds=seconds))

    assert gateway().verify_webhook(body=body, headers=headers, now=NOW).id == "evt_1"


@pytest.mark.parametrize("seconds", [-301, 301, -86400])
def test_refuses_replays_and_the_future(seconds: int) -> None:
    body = encoded()
    headers = signed(body, at=NOW + timedelta(seconds=seconds))

    with pytest.raises(StaleSignature) as refused:
        gateway().verify_webhook(body=body, headers=headers, now=NOW)

    assert (refused.value.code, refused.value.status) == ("stale_signature", 400)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"7",
        b"[" * 100_000,
        b'{"a": NaN}',
        encoded(id=None),
        encoded(id=7),
        encoded(id=""),
        encoded(id="evt/1"),
        encoded(id="e" * 65),
        encoded(type=None),
        encoded(type="Payment Captured"),
        encoded(created_ms=None),
        encoded(created_ms="1772366399250"),
        encoded(created_ms=1772366399.25),
        encoded(created_ms=-1),
        encoded(created_ms=10**15),
        encoded(created_ms=True),
        encoded(data=None),
        encoded(data=[EVENT["data"]]),
        encoded(data={}),
        encoded(data={**EVENT["data"], "amount": "59.90"}),
        encoded(data={**EVENT["data"], "amount": 1e10}),
        encoded(data={**EVENT["data"], "captured": -5990}),
        encoded(data={**EVENT["data"], "currency": "dollars"}),
        encoded(data={**EVENT["data"], "status": "paid"}),
        encoded(data={**EVENT["data"], "key": None}),
        encoded(data={**EVENT["data"], "redirect_url": "https://evil.example/"}),
        encoded(note="half a \ud800 pair"),
        encoded(note="a NUL \x00"),
        encoded(note=float("inf")),
    ],
)
def test_refuses_what_is_no_event(body: bytes) -> None:
    with pytest.raises(MalformedEvent) as refused:
        gateway().verify_webhook(body=body, headers=signed(body), now=NOW)

    assert (refused.value.code, refused.value.status) == ("malformed_event", 400)


def test_reads_a_backslash_before_u0000() -> None:
    data = {**EVENT["data"], "failure_reason": "a backslash and u0000: \\u0000"}
    body = encoded(type="payment.disputed", data=data)

    event = gateway().verify_webhook(body=body, headers=signed(body), now=NOW)

    assert event.payment is not None
    assert event.payment.failure_reason == "a backslash and u0000: \\u0000"


def test_keeps_no_member_it_does_not_know() -> None:
    data = {**EVENT["data"], "billing_details": {"name": "Ada"}, "receipt_email": "a@b.example"}
    body = encoded(data=data, customer="Ada Byron")

    event = gateway().verify_webhook(body=body, headers=signed(body), now=NOW)

    assert event.payload == EVENT


def test_forgets_the_person_and_can_be_read_again() -> None:
    data = {**EVENT["data"], "failure_reason": "Ada has no money"}
    data["redirect_url"] = f"{ORIGIN}/pay/secret"

    forgotten = gateway().forget({**EVENT, "data": data})

    assert forgotten == {**EVENT, "data": {**EVENT["data"], "card_last_four": ""}}
    payment = gateway().read_event(forgotten).payment
    assert payment is not None
    assert payment.captured == Money(Decimal("59.90"), "USD")


@pytest.mark.parametrize("payload", [{}, {**EVENT, "data": {}}, {**EVENT, "id": 7}])
def test_refuses_a_stored_payload_that_is_no_event(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent):
        gateway().read_event(payload)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


def test_believes_the_real_provider_and_no_forger(tmp_path: Path, receiver: Receiver) -> None:
    with running_sandbox(database=tmp_path / "ledger", webhook_url=receiver.url) as sandbox:
        adapter = SandboxGateway(origin=sandbox.url, api_key="k", secrets=[SECRET])
        payment_id = sandbox.create()["id"]
        sandbox.pay(payment_id)
        [honest] = receiver.wait_for(1)
        sandbox.faults(events_forged=True)
        sandbox.redeliver(honest.event["id"])
        forged = receiver.wait_for(2)[1]

    event = verify(adapter, honest)
    assert (event.payment.id, event.payment.status) == (payment_id, "captured")
    assert forged.body == honest.body
    with pytest.raises(InvalidSignature):
        verify(adapter, forged)


def verify(adapter: SandboxGateway, delivery: Delivery) -> Any:
    return adapter.verify_webhook(
        body=delivery.body, headers=delivery.headers, now=datetime.now(UTC)
    )
