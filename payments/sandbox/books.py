"""What every part of the provider does alike: answer once per key, tell the shop, list pages."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable
from typing import Any

from payments.sandbox.ledger import Ledger, find_payment, now_ms
from payments.sandbox.wire import Refused

PAYABLE = frozenset({"pending", "requires_action"})
SHOWN_OF_PAYMENT = (
    "id key reference status amount currency captured refunded"
    " failure_code failure_reason card_brand card_last_four"
)
SHOWN_OF_METHOD = "token card_brand card_last_four exp_month exp_year"
Answer = tuple[int, dict[str, Any]]


class Books:
    """The ledger, and how things in it are shown."""

    def __init__(self, ledger: Ledger, url: str) -> None:
        self.ledger = ledger
        self.url = url

    def once(
        self,
        operation: str,
        key: str,
        asked: dict[str, Any],
        do: Callable[[sqlite3.Connection], Answer],
    ) -> Answer:
        """Do what was asked, or return what came of it when it was asked before."""
        # Refusals are remembered too: a repeated request can't turn from "no" into "yes".
        text = json.dumps(asked, sort_keys=True)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        with self.ledger.writing() as db:
            known = db.execute(
                "SELECT * FROM answers WHERE operation = ? AND key = ?", [operation, key]
            ).fetchone()
            if known is None:
                try:
                    status, answer = do(db)
                except Refused as refusal:
                    status, answer = refusal.status, refusal.answer()
                db.execute(
                    "INSERT INTO answers VALUES (?, ?, ?, ?, ?)",
                    [operation, key, fingerprint, status, json.dumps(answer)],
                )
                return status, answer
        if known["fingerprint"] != fingerprint:
            raise Refused(422, "idempotency_key_reused", "This key came with another request.")
        return known["status"], json.loads(known["body"])

    def announce(
        self, db: sqlite3.Connection, payment_id: str, event_type: str, **more: Any
    ) -> None:
        """Write down news of a payment, in the transaction of the change: they can't be parted."""
        created_ms = now_ms()
        event = {
            "id": f"evt_{secrets.token_hex(12)}",
            "type": event_type,
            "created": created_ms // 1000,
            "created_ms": created_ms,
            "data": self.present(db, find_payment(db, payment_id)),
            **more,
        }
        db.execute(
            "INSERT INTO events (id, type, payment_id, body, created_ms, due_ms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [event["id"], event_type, payment_id, json.dumps(event), created_ms, created_ms],
        )

    def present(self, db: sqlite3.Connection, payment: sqlite3.Row) -> dict[str, Any]:
        """Return the payment object of the API."""
        answer: dict[str, Any] = {name: payment[name] for name in SHOWN_OF_PAYMENT.split()}
        waiting = payment["status"] in PAYABLE
        answer["redirect_url"] = f"{self.url}/pay/{payment['id']}" if waiting else None
        kept = db.execute(
            "SELECT * FROM methods WHERE token = ? AND NOT is_forgotten", [payment["token"]]
        ).fetchone()
        answer["kept"] = kept and {name: kept[name] for name in SHOWN_OF_METHOD.split()}
        return answer | {"created": payment["created_ms"] / 1000}


def page_of(
    rows: list[sqlite3.Row], limit: int, present: Callable[[sqlite3.Row], dict[str, Any]]
) -> dict[str, Any]:
    """Return a page of a list; `rows` is one longer than `limit` when there are more."""
    return {"data": [present(row) for row in rows[:limit]], "has_more": len(rows) > limit}


def book(
    db: sqlite3.Connection, kind: str, subject_id: str, *, amount: int, fee: int, currency: str
) -> None:
    """Write down money that the next payout brings, or takes (below zero), in minor units."""
    db.execute(
        "INSERT INTO bookings (id, type, subject_id, amount, fee, currency)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [f"txn_{secrets.token_hex(12)}", kind, subject_id, amount, fee, currency],
    )
