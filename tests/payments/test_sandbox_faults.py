import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.payments.sandbox_process import Sandbox, running_sandbox

HEALTHY = {
    "delay": 0.0,
    "fail_before": 0,
    "fail_after": 0,
    "refunds_fail": 0,
    "refunds_pend": 0,
    "events_delayed": 0.0,
    "events_repeated": 1,
    "events_shuffled": False,
    "events_forged": False,
    "events_paused": False,
}
NEW = {
    "key": "k",
    "amount": 5990,
    "currency": "USD",
    "reference": "ORD-1",
    "return_url": "http://127.0.0.1:9/",
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with running_sandbox(database=tmp_path / "ledger") as running:
        yield running


def test_switches_are_turned_one_by_one_and_reset_together(sandbox: Sandbox) -> None:
    sandbox.faults(fail_before=2)
    sandbox.faults(events_paused=True)
    turned = sandbox.call("GET", "/_faults").json

    reset = sandbox.call("DELETE", "/_faults").json

    assert turned == {**HEALTHY, "fail_before": 2, "events_paused": True}
    assert reset == HEALTHY


@pytest.mark.parametrize(
    "switches",
    [
        {"explode": True},
        {"delay": -1},
        {"delay": 61},
        {"delay": "1"},
        {"delay": True},
        {"fail_before": 1.5},
        {"fail_after": None},
        {"events_repeated": 0},
        {"events_paused": 1},
        {"events_paused": True, "delay": float("nan")},
    ],
)
def test_a_bad_switch_turns_nothing(sandbox: Sandbox, switches: dict[str, Any]) -> None:
    reply = sandbox.call("POST", "/_faults", switches)

    assert reply.status == 400
    assert sandbox.call("GET", "/_faults").json == HEALTHY


def test_fails_before_the_work(sandbox: Sandbox) -> None:
    sandbox.faults(fail_before=1)

    failed = sandbox.call("POST", "/v1/payments", NEW, key="k")
    nothing = sandbox.call("GET", "/v1/payments?key=k").json["data"]
    worked = sandbox.call("POST", "/v1/payments", NEW, key="k")

    assert (failed.status, nothing, worked.status) == (500, [], 201)


def test_drops_the_answer_after_the_work(sandbox: Sandbox) -> None:
    sandbox.faults(fail_after=1)

    with pytest.raises(ConnectionError):
        sandbox.call("POST", "/v1/payments", NEW, key="k")

    [payment] = sandbox.call("GET", "/v1/payments?key=k").json["data"]
    repeated = sandbox.call("POST", "/v1/payments", NEW, key="k")
    assert (repeated.status, repeated.json) == (201, payment)


def test_answers_slowly(sandbox: Sandbox) -> None:
    sandbox.faults(delay=0.3)
    begin = time.monotonic()

    sandbox.create()

    # Not a matter of speed: the answer may not come sooner than the switch says.
    assert time.monotonic() - begin >= 0.3


def test_lets_a_refund_fail(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]
    sandbox.pay(payment_id)
    sandbox.faults(refunds_fail=1)

    failed = sandbox.refund(payment_id, 5990).json
    succeeded = sandbox.refund(payment_id, 5990).json

    assert (failed["status"], succeeded["status"]) == ("failed", "succeeded")
    assert sandbox.fetch(payment_id)["refunded"] == 5990
    types = [event["type"] for event in sandbox.events(payment_id)]
    assert types == ["payment.captured", "refund.failed", "payment.refunded"]


@pytest.mark.parametrize(
    ("succeeds", "status", "refunded", "event"),
    [(True, "succeeded", 4000, "payment.refunded"), (False, "failed", 0, "refund.failed")],
)
def test_keeps_a_refund_pending(
    sandbox: Sandbox, succeeds: bool, status: str, refunded: int, event: str
) -> None:
    payment_id = sandbox.create()["id"]
    sandbox.pay(payment_id)
    sandbox.faults(refunds_pend=1)

    pending = sandbox.refund(payment_id, 4000).json
    second = sandbox.refund(payment_id, 4000)
    path = f"/_refunds/{pending['id']}"
    settled = sandbox.call("POST", path, {"succeeds": succeeds}).json
    again = sandbox.call("POST", path, {"succeeds": not succeeds}).json

    assert pending["status"] == "pending"
    assert second.status == 409  # what is promised back can't be promised twice
    assert (settled["status"], again["status"]) == (status, status)
    assert sandbox.fetch(payment_id)["refunded"] == refunded
    assert [row["type"] for row in sandbox.events(payment_id)] == ["payment.captured", event]
