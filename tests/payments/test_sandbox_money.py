import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.payments.sandbox_process import (
    CARD_ASKS,
    CARD_DECLINES,
    CARD_LACKS_FUNDS,
    CARD_PAYS,
    Sandbox,
    running_sandbox,
)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(database=tmp_path_factory.mktemp("sandbox") / "ledger") as running:
        yield running


@pytest.mark.parametrize(
    ("card", "confirm", "expected"),
    [
        (CARD_PAYS, None, ("captured", 5990, "", "4242")),
        ("4242-4242-4242-4242", None, ("captured", 5990, "", "4242")),
        (CARD_DECLINES, None, ("pending", 0, "card_declined", "0002")),
        (CARD_LACKS_FUNDS, None, ("pending", 0, "insufficient_funds", "9995")),
        (CARD_ASKS, None, ("requires_action", 0, "", "3155")),
        (CARD_ASKS, True, ("captured", 5990, "", "3155")),
        (CARD_ASKS, False, ("pending", 0, "authentication_refused", "3155")),
    ],
)
def test_each_card_does_what_it_is_for(
    sandbox: Sandbox, card: str, confirm: bool | None, expected: tuple[str, int, str, str]
) -> None:
    payment = sandbox.pay(sandbox.create()["id"], card, confirm=confirm)

    members = ("status", "captured", "failure_code", "card_last_four")
    assert tuple(payment[name] for name in members) == expected


def test_a_declined_payment_can_be_paid_with_another_card(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]
    sandbox.pay(payment_id, CARD_DECLINES)

    payment = sandbox.pay(payment_id)

    assert (payment["status"], payment["failure_code"]) == ("captured", "")
    types = [event["type"] for event in sandbox.events(payment_id)]
    assert types == ["payment.failed", "payment.captured"]


def test_five_refusals_end_a_payment(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]

    for _ in range(5):
        sandbox.pay(payment_id, CARD_DECLINES)

    payment = sandbox.pay(payment_id)
    assert (payment["status"], payment["captured"]) == ("failed", 0)
    assert payment["redirect_url"] is None


def test_paying_twice_takes_the_money_once(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sandbox.pay(payment_id), range(4)))

    assert sandbox.fetch(payment_id)["captured"] == 5990
    assert [event["type"] for event in sandbox.events(payment_id)] == ["payment.captured"]


def test_authorizes_now_and_captures_later(sandbox: Sandbox) -> None:
    payment_id = sandbox.create(capture="manual")["id"]
    path = f"/v1/payments/{payment_id}/capture"

    authorized = sandbox.pay(payment_id)
    too_much = sandbox.call("POST", path, {"amount": 5991}, key="a")
    captured = sandbox.call("POST", path, {"amount": 5000}, key="b")
    repeated = sandbox.call("POST", path, {"amount": 5000}, key="b")
    again = sandbox.call("POST", path, {"amount": 990}, key="c")

    assert (authorized["status"], authorized["captured"]) == ("authorized", 0)
    assert too_much.json["error"]["code"] == "amount_too_large"
    assert (captured.json["status"], captured.json["captured"]) == ("captured", 5000)
    assert repeated.text == captured.text
    assert again.json["error"]["code"] == "not_authorized"
    types = [event["type"] for event in sandbox.events(payment_id)]
    assert types == ["payment.authorized", "payment.captured"]


def test_a_void_payment_can_not_be_paid(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]
    path = f"/v1/payments/{payment_id}/void"

    first = sandbox.call("POST", path, key="void")
    again = sandbox.call("POST", path, key="void")
    paid = sandbox.pay(payment_id)

    assert (first.json["status"], again.json["status"]) == ("voided", "voided")
    assert (paid["status"], paid["captured"]) == ("voided", 0)
    assert [event["type"] for event in sandbox.events(payment_id)] == ["payment.voided"]


def test_voiding_a_captured_payment_leaves_it_captured(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]
    sandbox.pay(payment_id)

    reply = sandbox.call("POST", f"/v1/payments/{payment_id}/void", key="too-late")

    assert (reply.status, reply.json["status"], reply.json["captured"]) == (200, "captured", 5990)


@pytest.mark.parametrize("amount", [0, -1, "10", 1.5, None, True])
def test_refuses_to_refund_nonsense(sandbox: Sandbox, amount: Any) -> None:
    payment_id = sandbox.create()["id"]
    sandbox.pay(payment_id)

    reply = sandbox.refund(payment_id, amount)

    assert (reply.status, reply.json["error"]["code"]) == (400, "invalid_amount")
    assert sandbox.fetch(payment_id)["refunded"] == 0


def test_refunds_in_parts_up_to_what_was_captured(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]
    unpaid = sandbox.refund(payment_id, 1)
    sandbox.pay(payment_id)

    part = sandbox.refund(payment_id, 990, key="part")
    repeated = sandbox.refund(payment_id, 990, key="part")
    changed = sandbox.refund(payment_id, 991, key="part")
    too_much = sandbox.refund(payment_id, 5001)
    rest = sandbox.refund(payment_id, 5000)

    assert unpaid.json["error"]["code"] == "not_captured"
    assert (part.status, part.json["status"], part.json["amount"]) == (201, "succeeded", 990)
    assert repeated.text == part.text
    assert changed.status == 422
    assert (too_much.status, too_much.json["error"]["code"]) == (409, "amount_too_large")
    assert rest.status == 201
    assert sandbox.fetch(payment_id)["refunded"] == 5990
    assert sandbox.call("GET", f"/v1/refunds/{part.json['id']}").json == part.json


def test_two_refunds_of_sixty_percent_at_once_are_one(sandbox: Sandbox) -> None:
    for _ in range(10):
        payment_id = sandbox.create(amount=1000)["id"]
        sandbox.pay(payment_id)

        with ThreadPoolExecutor(2) as pool:
            refund = sandbox.refund
            statuses = sorted(
                reply.status for reply in pool.map(refund, [payment_id] * 2, [600] * 2)
            )

        assert statuses == [201, 409]
        assert sandbox.fetch(payment_id)["refunded"] == 600


def test_the_file_itself_refuses_to_refund_too_much(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]
    sandbox.pay(payment_id)

    with (
        sqlite3.connect(sandbox.database) as db,
        pytest.raises(sqlite3.IntegrityError, match="refunded BETWEEN 0 AND captured"),
    ):
        db.execute("UPDATE payments SET refunded = 5991 WHERE id = ?", [payment_id])
    db.close()

    assert sandbox.fetch(payment_id)["refunded"] == 0


def test_writes_down_no_card_number(tmp_path: Path) -> None:
    with running_sandbox(database=tmp_path / "ledger") as sandbox:
        payment_id = sandbox.create()["id"]
        sandbox.pay(payment_id, CARD_DECLINES)
        sandbox.pay(payment_id)
        sandbox.end()

    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"4242424242424242" not in written
    assert b"4242 4242 4242 4242" not in written
    assert b"4242" in written
