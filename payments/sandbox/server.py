"""The HTTP server: finds the route, reads the request, writes the answer."""

import contextlib
import logging
import re
import socket
import sqlite3
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl

from payments.sandbox import api, controls, pages
from payments.sandbox.provider import Provider
from payments.sandbox.wire import MAX_BODY, Refused, Request, Response, json_response

PAYMENT = r"(pay_[0-9a-f]{24})"
REFUND = r"(re_[0-9a-f]{24})"
DISPUTE = r"(dp_[0-9a-f]{24})"
CARD = r"(pm_[0-9a-z_]{1,60})"
EVENT = r"(evt_[0-9a-f]{24})"

logger = logging.getLogger(__name__)


class Route(NamedTuple):
    """Which function answers which request. Pages are open; the rest needs the API key."""

    method: str
    path: str
    answer: Callable[..., Response]


ROUTES = [
    Route("GET", "/v1/payments", api.list_payments),
    Route("POST", "/v1/payments", api.create_payment),
    Route("GET", f"/v1/payments/{PAYMENT}", api.fetch_payment),
    Route("POST", f"/v1/payments/{PAYMENT}/capture", api.capture_payment),
    Route("POST", f"/v1/payments/{PAYMENT}/void", api.void_payment),
    Route("POST", f"/v1/payments/{PAYMENT}/refunds", api.refund_payment),
    Route("GET", "/v1/refunds", api.list_refunds),
    Route("GET", f"/v1/refunds/{REFUND}", api.fetch_refund),
    Route("GET", "/v1/disputes", api.list_disputes),
    Route("POST", f"/v1/disputes/{DISPUTE}/evidence", api.answer_dispute),
    Route("GET", "/v1/payouts", api.list_payouts),
    Route("POST", f"/v1/methods/{CARD}/forget", api.forget_card),
    Route("GET", "/_faults", controls.show_faults),
    Route("POST", "/_faults", controls.set_faults),
    Route("DELETE", "/_faults", controls.reset_faults),
    Route("POST", f"/_pay/{PAYMENT}", controls.pay),
    Route("POST", f"/_refunds/{REFUND}", controls.settle_refund),
    Route("POST", f"/_disputes/{PAYMENT}", controls.open_dispute),
    Route("POST", f"/_disputes/{DISPUTE}/close", controls.close_dispute),
    Route("POST", "/_payouts", controls.make_payout),
    Route("GET", "/_events", controls.list_events),
    Route("POST", f"/_events/{EVENT}/redeliver", controls.redeliver),
    Route("GET", f"/pay/{PAYMENT}", pages.show),
    Route("POST", f"/pay/{PAYMENT}", pages.pay),
    Route("POST", f"/pay/{PAYMENT}/confirm", pages.confirm),
    Route("GET", "/(style.css|icon.svg)", pages.static),
    Route("GET", "/healthz", pages.health),
]


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.0: one request per connection, so that stopping waits for nobody."""

    server: "Server"
    timeout = 10  # seconds a client may be silent

    def do_GET(self) -> None:
        self._serve("GET")

    def do_HEAD(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def version_string(self) -> str:
        return "ShopFlowSandbox"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a line per request would bury what the shop says beside us."""

    def _serve(self, method: str) -> None:
        provider = self.server.provider
        is_page = not self.path.startswith(("/v1/", "/_"))
        try:
            response = self._answer(method)
        except Refused as refusal:
            response = (
                pages.refusal(refusal)
                if is_page
                else json_response(refusal.answer(), refusal.status)
            )
        except sqlite3.Error:
            logger.exception("The ledger can't be used")
            response = json_response({"error": {"code": "unavailable"}}, 503)
        provider.courier.ring()
        if self.path.startswith("/v1/"):
            provider.stopping.wait(provider.faults.now.delay)
            if method == "POST" and provider.faults.take("fail_after"):
                with contextlib.suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                return
        self._write(response)

    def _answer(self, method: str) -> Response:
        provider = self.server.provider
        request = self._read(method)
        matches = [
            (route, match)
            for route in ROUTES
            if (match := re.fullmatch(route.path, request.path, re.ASCII))
        ]
        if request.path.startswith(("/v1/", "/_")):
            provider.require_key(request)
        if not matches:
            raise Refused(404, "not_found", "There is no such page.")
        for route, match in matches:
            if route.method == method:
                if method == "POST" and request.path.startswith("/v1/"):
                    _fail_before(provider)
                return route.answer(provider, request, *match.groups())
        raise Refused(405, "method_not_allowed", "This address doesn't take that method.")

    def _read(self, method: str) -> Request:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch(r"[0-9]{1,9}", length):
            raise Refused(411, "length_required", "Send the body with its Content-Length.")
        if int(length) > MAX_BODY:
            raise Refused(413, "too_large", "The body is too large.")
        path, _, query = self.path.partition("?")
        return Request(
            method=method,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=self.headers,
            body=self.rfile.read(int(length)),
        )

    def _write(self, response: Response) -> None:
        # The caller may have gone; what was done is done and can be asked for again.
        with contextlib.suppress(ConnectionError):
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)


class Server(ThreadingHTTPServer):
    """Listens on this machine only; a thread per request."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        """Take the port; raises OSError. `provider` is set before the first request is served."""
        super().__init__(("127.0.0.1", port), Handler)
        self.provider: Provider


def _fail_before(provider: Provider) -> None:
    if provider.faults.take("fail_before"):
        raise Refused(500, "fault", "A fault was asked for: nothing was done.")
