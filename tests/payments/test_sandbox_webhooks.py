import hashlib
import hmac
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.payments.sandbox_process import (
    CARD_DECLINES,
    SECRET,
    Delivery,
    Receiver,
    Sandbox,
    running_receiver,
    running_sandbox,
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, receiver: Receiver) -> Iterator[Sandbox]:
    with running_sandbox(database=tmp_path / "ledger", webhook_url=receiver.url) as running:
        yield running


def is_signed_with(secret: str, delivery: Delivery) -> bool:
    stamp, signature = delivery.headers["Sandbox-Signature"].split(",")
    signed = stamp.removeprefix("t=").encode() + b"." + delivery.body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return signature == f"v1={expected}"


def test_tells_the_shop_what_happened(sandbox: Sandbox, receiver: Receiver) -> None:
    payment_id = sandbox.create(key="order-1")["id"]

    paid = sandbox.pay(payment_id)

    [delivery] = receiver.wait_for(1)
    event = delivery.event
    created_ms = event["created_ms"]
    assert event == {
        "id": event["id"],
        "type": "payment.captured",
        "created": created_ms // 1000,
        "created_ms": created_ms,
        "data": paid,
    }
    assert paid["created"] * 1000 <= created_ms <= time.time() * 1000
    assert delivery.headers["Content-Type"] == "application/json"
    assert is_signed_with(SECRET, delivery)


def test_tells_of_every_step(sandbox: Sandbox, receiver: Receiver) -> None:
    payment_id = sandbox.create(capture="manual")["id"]
    sandbox.pay(payment_id, CARD_DECLINES)
    sandbox.pay(payment_id)
    sandbox.call("POST", f"/v1/payments/{payment_id}/capture", {}, key="capture")
    refund = sandbox.refund(payment_id, 990).json
    other = sandbox.create()["id"]
    sandbox.call("POST", f"/v1/payments/{other}/void", {}, key="void")

    events = {delivery.event["type"]: delivery.event for delivery in receiver.wait_for(5)}

    assert {name: event["data"]["status"] for name, event in events.items()} == {
        "payment.failed": "pending",
        "payment.authorized": "authorized",
        "payment.captured": "captured",
        "payment.refunded": "captured",
        "payment.voided": "voided",
    }
    assert events["payment.failed"]["data"]["failure_code"] == "card_declined"
    assert events["payment.refunded"]["data"]["refunded"] == 990
    assert events["payment.refunded"]["refund"] == refund


def test_tries_again_until_the_shop_says_yes(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.answers = [500, 302, 404]
    payment_id = sandbox.create()["id"]

    sandbox.pay(payment_id)

    deliveries = receiver.wait_for(4)
    assert {delivery.body for delivery in deliveries} == {deliveries[0].body}
    assert all(is_signed_with(SECRET, delivery) for delivery in deliveries)
    # Each attempt is signed anew, else the shop would refuse a late one as a replay.
    stamps = [delivery.headers["Sandbox-Signature"].split(",")[0] for delivery in deliveries]
    assert stamps[0] != stamps[-1]


def test_goes_on_after_a_kill(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.faults(events_paused=True)
    payment_id = sandbox.create()["id"]
    sandbox.pay(payment_id)
    assert [event["is_delivered"] for event in sandbox.events(payment_id)] == [False]

    sandbox.kill()
    sandbox.start()

    [delivery] = receiver.wait_for(1)
    assert delivery.event["data"]["id"] == payment_id


def test_signs_with_the_first_of_two_secrets(tmp_path: Path, receiver: Receiver) -> None:
    with running_sandbox(
        database=tmp_path / "second", webhook_url=receiver.url, secret="whsec_new, whsec_old"
    ) as sandbox:
        sandbox.pay(sandbox.create()["id"])
        [delivery] = receiver.wait_for(1)

    assert is_signed_with("whsec_new", delivery)


def test_brings_an_event_again_when_asked(sandbox: Sandbox, receiver: Receiver) -> None:
    payment_id = sandbox.create()["id"]
    sandbox.pay(payment_id)
    receiver.wait_for(1)
    sandbox.faults(events_paused=True)
    receiver.answers = [409]

    [event] = sandbox.events(payment_id)
    statuses = [sandbox.redeliver(event["id"]), sandbox.redeliver(event["id"])]

    assert statuses == [409, 200]
    assert {delivery.event["id"] for delivery in receiver.wait_for(3)} == {event["id"]}


def test_forges_signatures_on_demand(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.answers = [400]
    sandbox.faults(events_forged=True)
    sandbox.pay(sandbox.create()["id"])
    [forged] = receiver.wait_for(1)

    sandbox.reset_faults()

    _, honest = receiver.wait_for(2)
    assert not is_signed_with(SECRET, forged)
    assert is_signed_with(SECRET, honest)
    assert honest.body == forged.body


def test_repeats_and_shuffles_on_demand(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.faults(events_repeated=3, events_shuffled=True, events_paused=True)
    for _ in range(8):
        sandbox.pay(sandbox.create()["id"])

    sandbox.faults(events_paused=False)

    deliveries = receiver.wait_for(24)
    ids = [delivery.event["id"] for delivery in deliveries]
    moments = [delivery.event["created_ms"] for delivery in deliveries]
    assert {ids.count(event_id) for event_id in ids} == {3}
    assert moments != sorted(moments)


def test_holds_events_back_on_demand(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.faults(events_delayed=1.5)

    sandbox.pay(sandbox.create()["id"])

    [delivery] = receiver.wait_for(1)
    # Not a matter of speed: it may not come sooner than the switch says.
    assert time.time() * 1000 - delivery.event["created_ms"] >= 1500
