"""The adapter against a server that answers whatever the test wants."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from payments.gateways.base import GatewayRefused, GatewayUnavailable
from payments.gateways.sandbox import SandboxGateway


class Oddity(ThreadingHTTPServer):
    """Says the same thing to everybody."""

    daemon_threads = True
    status = 200
    body = b""
    drips = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Oddity

    def do_GET(self) -> None:
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        try:
            while self.server.drips:
                self.wfile.write(b" ")
                time.sleep(0.05)
            self.wfile.write(self.server.body)
        except ConnectionError:
            pass

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def oddity() -> Iterator[Oddity]:
    with Oddity() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        yield server
        server.drips = False
        server.shutdown()
        thread.join()


def gateway(oddity: Oddity) -> SandboxGateway:
    return SandboxGateway(origin=oddity.origin, api_key="k", secrets=["s"], timeout=1)


def good(**changes: Any) -> dict[str, Any]:
    return {
        "id": "pay_1",
        "key": "k",
        "reference": "ORD-1",
        "status": "pending",
        "amount": 5990,
        "currency": "USD",
        "captured": 0,
        "refunded": 0,
        "redirect_url": None,
        "failure_code": "",
        "failure_reason": "",
        "card_brand": "",
        "card_last_four": "",
        **changes,
    }


def test_believes_a_good_answer(oddity: Oddity) -> None:
    oddity.body = json.dumps(good(captured=5990, status="captured")).encode()

    assert gateway(oddity).fetch(payment_id="pay_1").status == "captured"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "pay_2"},
        {"id": None},
        {"status": "paid"},
        {"status": ["captured"]},
        {"amount": "5990"},
        {"amount": 59.9},
        {"amount": True},
        {"amount": -1},
        {"amount": 10**12},
        {"amount": 10**11, "currency": "JPY"},
        {"currency": "usd"},
        {"key": 1},
        {"reference": "r" * 256},
        {"card_last_four": "42424242"},
        {"redirect_url": "https://evil.example/"},
        {"redirect_url": 7},
        {"failure_reason": "\ud800"},
        {"failure_reason": "\x00"},
    ],
)
def test_believes_no_odd_answer(oddity: Oddity, changes: dict[str, Any]) -> None:
    oddity.body = json.dumps(good(**changes)).encode()

    with pytest.raises(GatewayUnavailable):
        gateway(oddity).fetch(payment_id="pay_1")


def test_sends_shoppers_nowhere_but_to_the_provider(oddity: Oddity) -> None:
    for url in (f"{oddity.origin}.evil.example/", f"{oddity.origin}@evil.example/"):
        oddity.body = json.dumps(good(redirect_url=url)).encode()

        with pytest.raises(GatewayUnavailable):
            gateway(oddity).fetch(payment_id="pay_1")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000, b" " * 1_100_000]
)
def test_believes_nothing_that_is_no_object(oddity: Oddity, body: bytes) -> None:
    oddity.body = body

    with pytest.raises(GatewayUnavailable):
        gateway(oddity).fetch(payment_id="pay_1")


@pytest.mark.parametrize("status", [301, 302, 401, 403, 408, 429, 500, 502, 503, 504])
def test_an_answer_about_the_moment_says_nothing_of_the_payment(
    oddity: Oddity, status: int
) -> None:
    oddity.status, oddity.body = status, json.dumps(good()).encode()

    with pytest.raises(GatewayUnavailable):
        gateway(oddity).fetch(payment_id="pay_1")


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        ({"error": {"code": "gone", "message": "It is gone."}}, "gone", "It is gone."),
        ({"error": {"code": 7, "message": []}}, "", "The payment provider refused this."),
        ({"error": "gone"}, "", "The payment provider refused this."),
        ([], "", "The payment provider refused this."),
    ],
)
def test_a_definite_no_is_one_in_any_shape(
    oddity: Oddity, answer: object, code: str, message: str
) -> None:
    oddity.status, oddity.body = 410, json.dumps(answer).encode()

    with pytest.raises(GatewayRefused) as refused:
        gateway(oddity).fetch(payment_id="pay_1")

    assert (refused.value.provider_code, str(refused.value)) == (code, message)


def test_a_slow_drip_does_not_hold_us(oddity: Oddity) -> None:
    oddity.drips = True

    with pytest.raises(GatewayUnavailable):
        gateway(oddity).fetch(payment_id="pay_1")


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [good()], "has_more": True},
        {"data": [], "has_more": True},
        {"data": [good()], "has_more": 1},
        {"data": {"0": good()}, "has_more": False},
        {"data": ["pay_1"], "has_more": False},
        {"has_more": False},
    ],
)
def test_an_odd_list_is_not_read_for_ever(oddity: Oddity, answer: dict[str, Any]) -> None:
    oddity.body = json.dumps(answer).encode()

    with pytest.raises(GatewayUnavailable):
        list(gateway(oddity).list(created_after=datetime.fromtimestamp(0, UTC)))
