"""Brings events to the shop, again and again until it says 2xx."""

import hashlib
import hmac
import http.client
import logging
import secrets
import sqlite3
import ssl
import threading
import time
from urllib.parse import urlsplit

from payments.sandbox.config import Config
from payments.sandbox.faults import Faults
from payments.sandbox.ledger import Ledger, find_event, now_ms

POLL = 0.5  # seconds between looks at the ledger when nobody rings
TIMEOUT = 5  # seconds the shop has for its answer
FIRST_PAUSE_MS = 500
LONGEST_PAUSE_MS = 30_000
SHUFFLE_SECONDS = 1  # how long events gather before they are shuffled
UNREACHABLE = 0

logger = logging.getLogger(__name__)


def signature(*, secret: str, body: bytes, sent_at: int) -> str:
    """Return the header that proves who sent this body and when (unix seconds)."""
    signed = hmac.new(secret.encode(), b"%d.%s" % (sent_at, body), hashlib.sha256)
    return f"t={sent_at},v1={signed.hexdigest()}"


class Courier(threading.Thread):
    """One background thread; what it has to bring stands in the ledger alone."""

    def __init__(self, ledger: Ledger, faults: Faults, config: Config) -> None:
        super().__init__(name="courier", daemon=True)
        self._ledger = ledger
        self._faults = faults
        self._config = config
        self._bell = threading.Event()
        self._stopping = False

    def ring(self) -> None:
        """Say that there may be something to bring."""
        self._bell.set()

    def stop(self) -> None:
        """End after the delivery under way, which gets a second to finish."""
        self._stopping = True
        self._bell.set()
        self.join(1)

    def run(self) -> None:
        while not self._stopping:
            self._bell.wait(POLL)
            self._bell.clear()
            try:
                self._round()
            except sqlite3.Error:
                # A full disk or a locked file now must not end deliveries for good.
                logger.exception("The ledger can't be read; trying again")
                time.sleep(POLL)

    def deliver(self, event_id: str) -> int:
        """Bring one event now and return the shop's HTTP status, 0 when it can't be reached.

        Raises Refused (404). Safe to repeat.
        """
        with self._ledger.reading() as db:
            event = find_event(db, event_id)
        # Fault: the same event several times over. Else this is once.
        for _ in range(self._faults.now.events_repeated):
            status = self._post(event["body"].encode())
        pause_ms = min(FIRST_PAUSE_MS * 2 ** min(event["attempts"], 10), LONGEST_PAUSE_MS)
        with self._ledger.writing() as db:
            db.execute(
                "UPDATE events SET attempts = attempts + 1, due_ms = :due_ms,"
                " delivered_ms = coalesce(delivered_ms, :delivered_ms) WHERE id = :id",
                {
                    "id": event_id,
                    "due_ms": now_ms() + pause_ms,
                    "delivered_ms": now_ms() if 200 <= status < 300 else None,
                },
            )
        return status

    def _round(self) -> None:
        for event_id in self._due():
            if self._stopping or self._faults.now.events_paused:
                return
            status = self.deliver(event_id)
            if not 200 <= status < 300:
                logger.warning("Event %s was answered %s; it will be sent again", event_id, status)
            if status == UNREACHABLE:
                return  # the others would wait in vain too, perhaps each for the whole time-out

    def _due(self) -> list[str]:
        faults = self._faults.now
        wait = max(faults.events_delayed, SHUFFLE_SECONDS if faults.events_shuffled else 0)
        with self._ledger.reading() as db:
            rows = db.execute(
                "SELECT id FROM events WHERE delivered_ms IS NULL AND due_ms <= ?"
                " AND created_ms <= ? ORDER BY seq LIMIT 100",
                [now_ms(), now_ms() - int(wait * 1000)],
            ).fetchall()
        ids = [row["id"] for row in rows]
        if faults.events_shuffled:
            secrets.SystemRandom().shuffle(ids)
        return ids

    def _post(self, body: bytes) -> int:
        secret = self._config.webhook_secret
        if self._faults.now.events_forged:
            secret = secrets.token_hex(16)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "ShopFlow-Sandbox",
            # Signed anew on every attempt: the shop refuses old signatures as replays.
            "Sandbox-Signature": signature(secret=secret, body=body, sent_at=int(time.time())),
        }
        connection = self._connect()
        parts = urlsplit(self._config.webhook_url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        try:
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return UNREACHABLE
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._config.webhook_url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=context)
        return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT)
