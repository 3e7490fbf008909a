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
    send,
)

NEW = {
    "key": "order-1",
    "amount": 5990,
    "currency": "USD",
    "reference": "ORD-1",
    "return_url": "http://127.0.0.1:9/thanks/",
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(database=tmp_path_factory.mktemp("sandbox") / "ledger") as running:
        yield running


def test_creates_a_payment_that_waits_for_the_shopper(sandbox: Sandbox) -> None:
    payment = sandbox.create(key="first", amount=1250, currency="EUR", reference="ORD-77")

    del payment["created"]
    assert payment == {
        "id": payment["id"],
        "key": "first",
        "reference": "ORD-77",
        "status": "pending",
        "amount": 1250,
        "currency": "EUR",
        "captured": 0,
        "refunded": 0,
        "failure_code": "",
        "failure_reason": "",
        "card_brand": "",
        "card_last_four": "",
        "redirect_url": f"{sandbox.url}/pay/{payment['id']}",
    }


def test_gives_the_first_answer_again_for_the_same_key(sandbox: Sandbox) -> None:
    body = {**NEW, "key": "twice"}
    first = sandbox.call("POST", "/v1/payments", body, key="twice")
    sandbox.pay(first.json["id"])

    again = sandbox.call("POST", "/v1/payments", body, key="twice")
    other = sandbox.call("POST", "/v1/payments", {**body, "amount": 1}, key="twice")
    found = sandbox.call("GET", "/v1/payments?key=twice").json["data"]

    assert (again.status, again.text) == (201, first.text)
    assert (other.status, other.json["error"]["code"]) == (422, "idempotency_key_reused")
    assert [(row["amount"], row["status"]) for row in found] == [(5990, "captured")]


def test_makes_one_payment_of_many_requests_at_once(sandbox: Sandbox) -> None:
    body = {**NEW, "key": "rush"}

    with ThreadPoolExecutor(8) as pool:
        replies = list(
            pool.map(lambda _: sandbox.call("POST", "/v1/payments", body, key="rush"), range(8))
        )

    assert {(reply.status, reply.text) for reply in replies} == {(201, replies[0].text)}
    assert len(sandbox.call("GET", "/v1/payments?key=rush").json["data"]) == 1


def test_refuses_a_second_payment_with_our_key(sandbox: Sandbox) -> None:
    sandbox.create(key="mine")

    reply = sandbox.call("POST", "/v1/payments", {**NEW, "key": "mine"}, key="another")

    assert (reply.status, reply.json["error"]["code"]) == (409, "key_taken")


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("amount", 0, "invalid_amount"),
        ("amount", -1, "invalid_amount"),
        ("amount", 10**12, "invalid_amount"),
        ("amount", True, "invalid_amount"),
        ("amount", "5990", "invalid_amount"),
        ("amount", 59.9, "invalid_amount"),
        ("amount", None, "invalid_amount"),
        ("currency", "usd", "invalid_currency"),
        ("currency", "US", "invalid_currency"),
        ("currency", 840, "invalid_currency"),
        ("key", "", "invalid_key"),
        ("key", "k" * 256, "invalid_key"),
        ("key", "half \ud800 pair", "invalid_key"),
        ("reference", "two\nlines", "invalid_reference"),
        ("reference", "NUL\x00", "invalid_reference"),
        ("reference", ["ORD-1"], "invalid_reference"),
        ("return_url", "javascript:alert(1)", "invalid_return_url"),
        ("return_url", "/thanks/", "invalid_return_url"),
        ("return_url", "http://", "invalid_return_url"),
        ("return_url", "http://[::1", "invalid_return_url"),
        ("return_url", "http://shop.example; script-src *", "invalid_return_url"),
        ("capture", "later", "invalid_capture"),
        ("capture", [], "invalid_capture"),
    ],
)
def test_refuses_bad_members(sandbox: Sandbox, member: str, value: object, code: str) -> None:
    body = {**NEW, "key": "never", member: value}

    reply = sandbox.call("POST", "/v1/payments", body, key="never")

    assert (reply.status, reply.json["error"]["code"]) == (400, code)
    assert sandbox.call("GET", "/v1/payments?key=never").json["data"] == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 60_000, b'{"amount": ' + b"9" * 5000 + b"}"]
)
def test_refuses_a_body_that_is_no_payment(sandbox: Sandbox, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {sandbox.api_key}", "Idempotency-Key": "bad"}

    reply = send("POST", f"{sandbox.url}/v1/payments", body=body, headers=headers)

    assert reply.status == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "minus one"}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": "70000"}, 413),
    ],
)
def test_refuses_a_body_of_unclear_length(
    sandbox: Sandbox, headers: dict[str, str], status: int
) -> None:
    reply = send("POST", f"{sandbox.url}/v1/payments", headers=headers)

    assert reply.status == status


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer sk_wrong", "sk_test_key", "Bearer ü"])
@pytest.mark.parametrize("path", ["/v1/payments", "/_faults", "/_events", "/v1/nothing"])
def test_refuses_callers_without_the_key(sandbox: Sandbox, path: str, given: str) -> None:
    reply = send("GET", sandbox.url + path, headers={"Authorization": given} if given else {})

    assert (reply.status, reply.json["error"]["code"]) == (401, "unauthorized")


def test_wants_an_idempotency_key_on_every_post(sandbox: Sandbox) -> None:
    payment_id = sandbox.create()["id"]

    replies = [
        sandbox.call("POST", "/v1/payments", NEW),
        sandbox.call("POST", f"/v1/payments/{payment_id}/capture", {}),
        sandbox.call("POST", f"/v1/payments/{payment_id}/void", {}),
        sandbox.call("POST", f"/v1/payments/{payment_id}/refunds", {"amount": 1}),
    ]

    assert [reply.json["error"]["code"] for reply in replies] == ["idempotency_key_missing"] * 4
    assert sandbox.fetch(payment_id)["status"] == "pending"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/payments/pay_000000000000000000000000", 404),
        ("POST", "/v1/payments/pay_000000000000000000000000/void", 404),
        ("GET", "/v1/refunds/re_000000000000000000000000", 404),
        ("POST", "/_events/evt_000000000000000000000000/redeliver", 404),
        ("GET", "/v1/payments/..%2f", 404),
        ("GET", "/v1/payments?after=pay_0", 404),
        ("DELETE", "/v1/payments", 405),
        ("GET", "/v1/payments?limit=0", 400),
        ("GET", "/v1/payments?limit=101", 400),
        ("GET", "/v1/payments?limit=ten", 400),
        ("GET", "/v1/payments?created_after=yesterday", 400),
        ("GET", "/v1/payments?created_after=-1", 400),
        ("GET", "/v1/payments?created_after=1e999", 400),
    ],
)
def test_answers_odd_requests_politely(
    sandbox: Sandbox, method: str, path: str, status: int
) -> None:
    assert sandbox.call(method, path, key="odd").status == status


def test_lists_payments_page_by_page(sandbox: Sandbox) -> None:
    ids = [sandbox.create()["id"] for _ in range(5)]
    since = sandbox.fetch(ids[0])["created"]

    first = sandbox.call("GET", f"/v1/payments?created_after={since}&limit=3").json
    rest = sandbox.call("GET", f"/v1/payments?created_after={since}&limit=3&after={ids[2]}").json

    assert [row["id"] for row in first["data"]][-3:] == ids[:3]
    assert first["has_more"] is True
    assert [row["id"] for row in rest["data"]] == ids[3:]
    assert rest["has_more"] is False


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
