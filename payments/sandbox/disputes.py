"""Card holders who ask the bank for their money back."""

import secrets
import sqlite3
from typing import Any

from payments.sandbox.books import Answer, Books, book, page_of
from payments.sandbox.ledger import find_dispute, find_payment, now_ms
from payments.sandbox.wire import Refused

OPEN = ("needs_response", "under_review")
DAYS_TO_ANSWER = 7
DAY_MS = 24 * 60 * 60 * 1000


class Disputes:
    """The only writer of disputes."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.ledger = books.ledger

    def open(self, *, payment_id: str, reason: str) -> Answer:
        """Dispute what is left of a captured payment; the bank takes it until it has decided."""
        with self.ledger.writing() as db:
            payment = find_payment(db, payment_id)
            left = payment["captured"] - payment["refunded"]
            if not left:
                raise Refused(409, "not_captured", "There is nothing to dispute.")
            dispute_id, now = f"dp_{secrets.token_hex(12)}", now_ms()
            due = now + DAYS_TO_ANSWER * DAY_MS
            db.execute(
                "INSERT INTO disputes (id, payment_id, amount, currency, reason, created_ms,"
                " due_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [dispute_id, payment_id, left, payment["currency"], reason, now, due],
            )
            currency = payment["currency"]
            book(db, "dispute", dispute_id, amount=-left, fee=0, currency=currency)
            return 201, self._tell(db, dispute_id, "dispute.opened")

    def close(self, *, dispute_id: str, won: bool) -> Answer:
        """Let the bank decide for the shop or for the card holder; a decision stands."""
        with self.ledger.writing() as db:
            dispute = find_dispute(db, dispute_id)
            if dispute["status"] not in OPEN:
                return 200, present_dispute(dispute)
            if won:
                currency = dispute["currency"]
                book(db, "dispute", dispute_id, amount=dispute["amount"], fee=0, currency=currency)
            self._move(db, dispute_id, "won" if won else "lost")
            return 200, self._tell(db, dispute_id, "dispute.closed")

    def answer(self, *, request_key: str, dispute_id: str, text: str) -> Answer:
        """Take the shop's evidence, once; the bank reviews it."""

        def do(db: sqlite3.Connection) -> Answer:
            dispute = find_dispute(db, dispute_id)
            if dispute["status"] != "needs_response":
                raise Refused(409, "not_open", f"This dispute is {dispute['status']}.")
            db.execute("UPDATE disputes SET evidence = ? WHERE id = ?", [text, dispute_id])
            self._move(db, dispute_id, "under_review")
            return 200, self._tell(db, dispute_id, "dispute.updated")

        return self.books.once(f"evidence {dispute_id}", request_key, {"text": text}, do)

    def page(self, *, since_ms: int, after: str, limit: int) -> dict[str, Any]:
        """Return disputes in the order they were opened, `limit` at most, with `has_more`."""
        with self.ledger.reading() as db:
            start = find_dispute(db, after)["seq"] if after else 0
            rows = db.execute(
                "SELECT * FROM disputes WHERE seq > ? AND created_ms >= ? ORDER BY seq LIMIT ?",
                [start, since_ms, limit + 1],
            ).fetchall()
        return page_of(rows, limit, present_dispute)

    def _move(self, db: sqlite3.Connection, dispute_id: str, status: str) -> None:
        db.execute("UPDATE disputes SET status = ? WHERE id = ?", [status, dispute_id])

    def _tell(self, db: sqlite3.Connection, dispute_id: str, event_type: str) -> dict[str, Any]:
        dispute = find_dispute(db, dispute_id)
        shown = present_dispute(dispute)
        self.books.announce(db, dispute["payment_id"], event_type, dispute=shown)
        return shown


def present_dispute(dispute: sqlite3.Row) -> dict[str, Any]:
    """Return the dispute object of the API."""
    shown = ("id", "payment_id", "amount", "currency", "reason", "status", "evidence")
    return {name: dispute[name] for name in shown} | {
        "created": dispute["created_ms"] / 1000,
        "evidence_due": dispute["due_ms"] / 1000,
    }
