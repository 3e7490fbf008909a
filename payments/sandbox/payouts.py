"""Money that goes to the shop's bank."""

import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from payments.sandbox.books import Answer, Books, page_of
from payments.sandbox.ledger import find_payout, now_ms
from payments.sandbox.wire import Refused

DAYS_ON_THE_WAY = 2


class Payouts:
    """The only writer of payouts."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.ledger = books.ledger

    def make(self, *, currency: str) -> Answer:
        """Pay out everything booked in this currency that wasn't paid out yet."""
        with self.ledger.writing() as db:
            waiting = db.execute(
                "SELECT 1 FROM bookings WHERE payout_id IS NULL AND currency = ?", [currency]
            ).fetchone()
            if not waiting:
                raise Refused(409, "nothing_to_pay_out", "There is nothing to pay out.")
            payout_id, now = f"po_{secrets.token_hex(12)}", now_ms()
            arrives = datetime.now(UTC).date() + timedelta(days=DAYS_ON_THE_WAY)
            db.execute(
                "INSERT INTO payouts (id, currency, arrives_on, created_ms) VALUES (?, ?, ?, ?)",
                [payout_id, currency, arrives.isoformat(), now],
            )
            db.execute(
                "UPDATE bookings SET payout_id = ? WHERE payout_id IS NULL AND currency = ?",
                [payout_id, currency],
            )
            return 201, _present(db, find_payout(db, payout_id))

    def page(self, *, since_ms: int, after: str, limit: int) -> dict[str, Any]:
        """Return payouts with their bookings in the order they were made, with `has_more`."""
        with self.ledger.reading() as db:
            start = find_payout(db, after)["seq"] if after else 0
            rows = db.execute(
                "SELECT * FROM payouts WHERE seq > ? AND created_ms >= ? ORDER BY seq LIMIT ?",
                [start, since_ms, limit + 1],
            ).fetchall()
            return page_of(rows, limit, lambda row: _present(db, row))


def _present(db: sqlite3.Connection, payout: sqlite3.Row) -> dict[str, Any]:
    lines = db.execute(
        "SELECT id, type, subject_id, amount, fee FROM bookings WHERE payout_id = ? ORDER BY seq",
        [payout["id"]],
    ).fetchall()
    shown = {name: payout[name] for name in ("id", "currency", "arrives_on")}
    return shown | {
        "status": "paid",
        "amount": sum(line["amount"] - line["fee"] for line in lines),
        "lines": [dict(line) for line in lines],
        "created": payout["created_ms"] / 1000,
    }
