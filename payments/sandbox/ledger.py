"""The SQLite file that knows what card holders really paid."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from payments.sandbox.wire import Refused

# The CHECKs are the last guard: no bug above them can refund more than was captured.
SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL,
    return_url TEXT NOT NULL,
    capture TEXT NOT NULL CHECK (capture IN ('automatic', 'manual')),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN
        ('pending', 'requires_action', 'authorized', 'captured', 'failed', 'voided')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    captured INTEGER NOT NULL DEFAULT 0 CHECK (captured BETWEEN 0 AND amount),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND captured),
    failure_code TEXT NOT NULL DEFAULT '',
    failure_reason TEXT NOT NULL DEFAULT '',
    card_brand TEXT NOT NULL DEFAULT '',
    card_last_four TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    keeps_card INTEGER NOT NULL DEFAULT 0 CHECK (keeps_card IN (0, 1)),
    token TEXT REFERENCES methods (token),
    created_ms INTEGER NOT NULL
) STRICT;
-- A kept card: its last four digits tell the test cards apart, the number isn't written down.
CREATE TABLE IF NOT EXISTS methods (
    token TEXT PRIMARY KEY,
    card_brand TEXT NOT NULL,
    card_last_four TEXT NOT NULL,
    exp_month INTEGER NOT NULL CHECK (exp_month BETWEEN 1 AND 12),
    exp_year INTEGER NOT NULL,
    is_forgotten INTEGER NOT NULL DEFAULT 0 CHECK (is_forgotten IN (0, 1))
) STRICT;
CREATE TABLE IF NOT EXISTS refunds (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    status TEXT NOT NULL CHECK (status IN ('succeeded', 'pending', 'failed')),
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_of_payment ON refunds (payment_id);
CREATE TABLE IF NOT EXISTS disputes (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'needs_response' CHECK (status IN
        ('needs_response', 'under_review', 'won', 'lost', 'accepted')),
    evidence TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS payouts (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    currency TEXT NOT NULL,
    arrives_on TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
-- A booking waits without a payout until one is made.
CREATE TABLE IF NOT EXISTS bookings (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL CHECK (type IN ('charge', 'refund', 'dispute')),
    subject_id TEXT NOT NULL,
    amount INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    currency TEXT NOT NULL,
    payout_id TEXT REFERENCES payouts (id)
) STRICT;
CREATE TABLE IF NOT EXISTS answers (
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (operation, key)
) STRICT;
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    body TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    delivered_ms INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS events_due ON events (due_ms) WHERE delivered_ms IS NULL;
"""
CHANGING = (
    "status",
    "captured",
    "refunded",
    "failure_code",
    "failure_reason",
    "card_brand",
    "card_last_four",
    "tries",
    "token",
)
UPDATE = """
UPDATE payments SET
    status = coalesce(:status, status),
    captured = coalesce(:captured, captured),
    refunded = coalesce(:refunded, refunded),
    failure_code = coalesce(:failure_code, failure_code),
    failure_reason = coalesce(:failure_reason, failure_reason),
    card_brand = coalesce(:card_brand, card_brand),
    card_last_four = coalesce(:card_last_four, card_last_four),
    tries = coalesce(:tries, tries),
    token = coalesce(:token, token)
WHERE id = :id
"""


class Ledger:
    """Opens the file; one connection per use, so every thread may call it."""

    def __init__(self, path: Path) -> None:
        """Make the file and its tables where missing; raises OSError or sqlite3.Error."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)
        self.make_due()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to read from."""
        with closing(self._connect()) as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside one transaction, which no other writer overlaps.

        IMMEDIATE takes the write lock before the first read: two refunds at once can't both
        see the money as still there.
        """
        with closing(self._connect()) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def make_due(self) -> None:
        """End the pauses between deliveries: what the shop hasn't taken yet is sent at once."""
        with self.writing() as db:
            db.execute("UPDATE events SET due_ms = created_ms WHERE delivered_ms IS NULL")

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        db.row_factory = sqlite3.Row
        # FULL: a commit is on the disk before anybody is told of it.
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        return db


def now_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def find_payment(db: sqlite3.Connection, payment_id: str) -> sqlite3.Row:
    """Return one payment; raises Refused (404)."""
    return _find(db, "SELECT * FROM payments WHERE id = ?", payment_id, "payment")


def find_refund(db: sqlite3.Connection, refund_id: str) -> sqlite3.Row:
    """Return one refund; raises Refused (404)."""
    return _find(db, "SELECT * FROM refunds WHERE id = ?", refund_id, "refund")


def find_dispute(db: sqlite3.Connection, dispute_id: str) -> sqlite3.Row:
    """Return one dispute; raises Refused (404)."""
    return _find(db, "SELECT * FROM disputes WHERE id = ?", dispute_id, "dispute")


def find_payout(db: sqlite3.Connection, payout_id: str) -> sqlite3.Row:
    """Return one payout; raises Refused (404)."""
    return _find(db, "SELECT * FROM payouts WHERE id = ?", payout_id, "payout")


def find_method(db: sqlite3.Connection, token: str) -> sqlite3.Row:
    """Return a kept card that isn't forgotten; raises Refused (404)."""
    query = "SELECT * FROM methods WHERE token = ? AND NOT is_forgotten"
    return _find(db, query, token, "card")


def find_event(db: sqlite3.Connection, event_id: str) -> sqlite3.Row:
    """Return one event; raises Refused (404)."""
    return _find(db, "SELECT * FROM events WHERE id = ?", event_id, "event")


def pending_refunds(db: sqlite3.Connection, payment_id: str) -> int:
    """Return the sum, in minor units, that is promised back but not yet returned."""
    row = db.execute(
        "SELECT coalesce(sum(amount), 0) FROM refunds WHERE payment_id = ? AND status = 'pending'",
        [payment_id],
    ).fetchone()
    return int(row[0])


def update_payment(db: sqlite3.Connection, payment_id: str, **facts: Any) -> None:
    """Set these columns of one payment and leave the others."""
    db.execute(UPDATE, {**dict.fromkeys(CHANGING), **facts, "id": payment_id})


def _find(db: sqlite3.Connection, query: str, row_id: str, noun: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(query, [row_id]).fetchone()
    if row is None:
        raise Refused(404, "not_found", f"There is no such {noun}.")
    return row
