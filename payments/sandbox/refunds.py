"""Money that goes back to card holders."""

import secrets
import sqlite3
from typing import Any

from payments.sandbox.books import Answer, Books, book, page_of
from payments.sandbox.faults import Faults
from payments.sandbox.ledger import (
    find_payment,
    find_refund,
    now_ms,
    pending_refunds,
    update_payment,
)
from payments.sandbox.wire import Refused


class Refunds:
    """The only writer of refunds."""

    def __init__(self, books: Books, faults: Faults) -> None:
        self.books = books
        self.ledger = books.ledger
        self.faults = faults

    def make(self, *, request_key: str, payment_id: str, amount: int) -> Answer:
        """Give captured money back; all refunds together never exceed what was captured."""

        def do(db: sqlite3.Connection) -> Answer:
            payment = find_payment(db, payment_id)
            if payment["status"] != "captured":
                raise Refused(409, "not_captured", f"This payment is {payment['status']}.")
            left = payment["captured"] - payment["refunded"] - pending_refunds(db, payment_id)
            if amount > left:
                raise Refused(409, "amount_too_large", "That is more than is left to refund.")
            refund_id = f"re_{secrets.token_hex(12)}"
            db.execute(
                "INSERT INTO refunds (id, key, payment_id, amount, status, created_ms)"
                " VALUES (?, ?, ?, ?, 'pending', ?)",
                [refund_id, request_key, payment_id, amount, now_ms()],
            )
            if not self.faults.take("refunds_pend"):
                self._settle(db, refund_id, succeeds=not self.faults.take("refunds_fail"))
            return 201, present_refund(find_refund(db, refund_id))

        return self.books.once(f"refund {payment_id}", request_key, {"amount": amount}, do)

    def settle(self, *, refund_id: str, succeeds: bool) -> Answer:
        """End a pending refund one way or the other; one that has ended stays as it is."""
        with self.ledger.writing() as db:
            if find_refund(db, refund_id)["status"] == "pending":
                self._settle(db, refund_id, succeeds=succeeds)
            return 200, present_refund(find_refund(db, refund_id))

    def page(self, *, since_ms: int, after: str, limit: int) -> dict[str, Any]:
        """Return refunds in the order they were asked for, `limit` at most, with `has_more`."""
        with self.ledger.reading() as db:
            start = find_refund(db, after)["seq"] if after else 0
            rows = db.execute(
                "SELECT r.*, p.currency FROM refunds r JOIN payments p ON p.id = r.payment_id"
                " WHERE r.seq > ? AND r.created_ms >= ? ORDER BY r.seq LIMIT ?",
                [start, since_ms, limit + 1],
            ).fetchall()
        return page_of(rows, limit, lambda row: present_refund(row) | {"currency": row["currency"]})

    def _settle(self, db: sqlite3.Connection, refund_id: str, *, succeeds: bool) -> None:
        status = "succeeded" if succeeds else "failed"
        db.execute("UPDATE refunds SET status = ? WHERE id = ?", [status, refund_id])
        refund = find_refund(db, refund_id)
        payment_id, amount = refund["payment_id"], refund["amount"]
        if succeeds:
            payment = find_payment(db, payment_id)
            update_payment(db, payment_id, refunded=payment["refunded"] + amount)
            book(db, "refund", refund_id, amount=-amount, fee=0, currency=payment["currency"])
        event_type = "payment.refunded" if succeeds else "refund.failed"
        self.books.announce(db, payment_id, event_type, refund=present_refund(refund))


def present_refund(refund: sqlite3.Row) -> dict[str, Any]:
    """Return the refund object of the API."""
    shown = ("id", "key", "payment_id", "amount", "status")
    return {name: refund[name] for name in shown} | {"created": refund["created_ms"] / 1000}
