from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.payments.sandbox_process import (
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
        "kept": None,
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
