"""The real sandbox provider as a process of its own, for tests that talk to it.

with running_sandbox(database=tmp_path / "ledger.sqlite3") as sandbox:
    payment = sandbox.create(amount=5990)
    sandbox.pay(payment["id"], CARD_PAYS)
"""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
CARD_PAYS = "4242 4242 4242 4242"
CARD_DECLINES = "4000 0000 0000 0002"
CARD_ASKS = "4000 0025 0000 3155"
CARD_LACKS_FUNDS = "4000 0000 0000 9995"
API_KEY = "sk_test_key"
SECRET = "whsec_test"
NOWHERE = "http://127.0.0.1:9/"  # the discard port: nobody listens there


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, whatever its status; redirects are not followed."""

    status: int
    headers: Message
    text: str

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.text)
        return value


def send(
    method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    """Send one request; raises OSError when there is no answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read().decode())
    finally:
        connection.close()


@dataclass
class Sandbox:
    """A provider that can be started, killed and started again on the same port and ledger."""

    database: Path
    webhook_url: str
    api_key: str
    secret: str
    port: int = 0
    public_url: str = ""
    url: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "payments.sandbox"],
            cwd=ROOT,
            env=self.environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("Sandbox payment provider on "):
            raise RuntimeError(f"The sandbox provider said {line!r}")
        self.port = int(line.rpartition(" port ")[2])
        self.url = f"http://127.0.0.1:{self.port}"

    def environ(self) -> dict[str, str]:
        """Return what the process is given; the port is any free one on the first start."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "SANDBOX_PORT": str(self.port),
            "SANDBOX_URL": self.public_url,
            "SANDBOX_DB": str(self.database),
            "SANDBOX_API_KEY": self.api_key,
            "SANDBOX_WEBHOOK_SECRET": self.secret,
            "SANDBOX_WEBHOOK_URL": self.webhook_url,
        }

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        self.end(signal.SIGKILL)

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit code."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(sign)
        with self.process.stdout:
            code = self.process.wait(timeout=20)
        self.process = None
        return code

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = ""
    ) -> Reply:
        """Call the JSON interface with the API key and, where given, an Idempotency-Key."""
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        content = None if body is None else json.dumps(body).encode()
        return send(method, self.url + path, body=content, headers=headers)

    def create(self, *, key: str = "", **more: Any) -> dict[str, Any]:
        """Make a payment: $59.90 unless told otherwise."""
        key = key or secrets.token_hex(8)
        body = {"key": key, "amount": 5990, "currency": "USD", "reference": "ORD-1"}
        body |= {"return_url": "http://127.0.0.1:9/thanks/?order=1&x=2", **more}
        reply = self.call("POST", "/v1/payments", body, key=key)
        assert reply.status == 201, reply.text
        return reply.json

    def pay(
        self, payment_id: str, card: str = CARD_PAYS, *, confirm: bool | None = None
    ) -> dict[str, Any]:
        """Pay without a browser; `confirm` answers the bank's question of CARD_ASKS."""
        body: dict[str, Any] = {"card": card}
        if confirm is not None:
            body["confirm"] = confirm
        reply = self.call("POST", f"/_pay/{payment_id}", body)
        assert reply.status == 200, reply.text
        return reply.json

    def fetch(self, payment_id: str) -> dict[str, Any]:
        return self.call("GET", f"/v1/payments/{payment_id}").json

    def refund(self, payment_id: str, amount: int, *, key: str = "") -> Reply:
        path, key = f"/v1/payments/{payment_id}/refunds", key or secrets.token_hex(8)
        return self.call("POST", path, {"amount": amount}, key=key)

    def faults(self, **switches: Any) -> None:
        """Turn fault switches (docs/sandbox-provider.md)."""
        reply = self.call("POST", "/_faults", switches)
        assert reply.status == 200, reply.text

    def reset_faults(self) -> None:
        self.call("DELETE", "/_faults")

    def events(self, payment_id: str) -> list[dict[str, Any]]:
        """Return the events of a payment, oldest first, with `is_delivered`."""
        found: list[dict[str, Any]] = self.call("GET", f"/_events?payment={payment_id}").json[
            "data"
        ]
        return found

    def redeliver(self, event_id: str) -> int:
        """Deliver an event now, even while deliveries are paused; return the shop's status."""
        status: int = self.call("POST", f"/_events/{event_id}/redeliver").json["status"]
        return status


@contextmanager
def running_sandbox(
    *,
    database: Path,
    webhook_url: str = NOWHERE,
    api_key: str = API_KEY,
    secret: str = SECRET,
    port: int = 0,
    public_url: str = "",
) -> Iterator[Sandbox]:
    """Run the provider on a free port (or this one) with its ledger in this file."""
    sandbox = Sandbox(database, webhook_url, api_key, secret, port, public_url)
    sandbox.start()
    try:
        yield sandbox
    finally:
        if sandbox.process is not None:
            sandbox.kill()


@dataclass(frozen=True)
class Delivery:
    """One request that a receiver got."""

    body: bytes
    headers: Mapping[str, str]

    @property
    def event(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value


class Receiver(ThreadingHTTPServer):
    """Stands in for the shop's webhook address: keeps what comes and answers as told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ReceiverHandler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook/?from=sandbox"
        self.answers: list[int] = []  # the next statuses; 200 when used up
        self._deliveries: list[Delivery] = []
        self._changed = threading.Condition()

    def take(self, delivery: Delivery) -> int:
        with self._changed:
            self._deliveries.append(delivery)
            self._changed.notify_all()
            return self.answers.pop(0) if self.answers else 200

    def wait_for(self, count: int) -> list[Delivery]:
        """Return the deliveries once there are this many; fails after 20 seconds."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self._deliveries) >= count, timeout=20)
            assert came, f"{len(self._deliveries)} of {count} deliveries came"
            return list(self._deliveries)


class _ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.server.take(Delivery(body, dict(self.headers.items()))))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Listen for webhooks on a free port."""
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=[0.05], daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()
