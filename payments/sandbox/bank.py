"""What may happen to a payment: the rules, each one transaction of the ledger."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from payments.sandbox.cards import ASKS, BRAND, REFUSALS, Card
from payments.sandbox.faults import Faults
from payments.sandbox.ledger import (
    Ledger,
    find_payment,
    find_refund,
    now_ms,
    pending_refunds,
    update_payment,
)
from payments.sandbox.wire import Refused

MAX_TRIES = 5  # so that nobody tries card numbers all night
PAYABLE = frozenset({"pending", "requires_action"})
VOIDABLE = PAYABLE | {"authorized"}
Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class NewPayment:
    """What a shop asks for; amount in minor units."""

    key: str
    reference: str
    return_url: str
    capture: str
    amount: int
    currency: str


class Bank:
    """The only writer of payments, refunds and events."""

    def __init__(self, ledger: Ledger, faults: Faults, url: str) -> None:
        self.ledger = ledger
        self.faults = faults
        self.url = url

    # --- What shops ask for ------------------------------------------------------------------

    def create(self, *, request_key: str, new: NewPayment) -> Answer:
        """Record a payment to be made; the same request key gives the same answer."""

        def do(db: sqlite3.Connection) -> Answer:
            if db.execute("SELECT 1 FROM payments WHERE key = ?", [new.key]).fetchone():
                raise Refused(409, "key_taken", "There is a payment with this key already.")
            payment_id = f"pay_{secrets.token_hex(12)}"
            db.execute(
                "INSERT INTO payments (id, key, reference, return_url, capture, amount, currency,"
                " created_ms) VALUES (:id, :key, :reference, :return_url, :capture, :amount,"
                " :currency, :created_ms)",
                {**vars(new), "id": payment_id, "created_ms": now_ms()},
            )
            return 201, self._present(find_payment(db, payment_id))

        return self._once("create", request_key, vars(new), do)

    def capture(self, *, request_key: str, payment_id: str, amount: int | None) -> Answer:
        """Take authorized money, all of it by default; what isn't taken is let go."""

        def do(db: sqlite3.Connection) -> Answer:
            payment = find_payment(db, payment_id)
            if payment["status"] != "authorized":
                raise Refused(409, "not_authorized", f"This payment is {payment['status']}.")
            taken = payment["amount"] if amount is None else amount
            if taken > payment["amount"]:
                raise Refused(409, "amount_too_large", "That is more than was authorized.")
            self._change(db, payment_id, "payment.captured", status="captured", captured=taken)
            return 200, self._present(find_payment(db, payment_id))

        return self._once(f"capture {payment_id}", request_key, {"amount": amount}, do)

    def void(self, *, payment_id: str) -> Answer:
        """Make sure nothing more is paid, and answer the state as it is now.

        A captured payment stays captured. Safe to repeat.
        """
        with self.ledger.writing() as db:
            if find_payment(db, payment_id)["status"] in VOIDABLE:
                self._change(db, payment_id, "payment.voided", status="voided")
            return 200, self._present(find_payment(db, payment_id))

    def refund(self, *, request_key: str, payment_id: str, amount: int) -> Answer:
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

        return self._once(f"refund {payment_id}", request_key, {"amount": amount}, do)

    def settle_refund(self, *, refund_id: str, succeeds: bool) -> Answer:
        """End a pending refund one way or the other; one that has ended stays as it is."""
        with self.ledger.writing() as db:
            if find_refund(db, refund_id)["status"] == "pending":
                self._settle(db, refund_id, succeeds=succeeds)
            return 200, present_refund(find_refund(db, refund_id))

    def fetch(self, payment_id: str) -> dict[str, Any]:
        """Return one payment; raises Refused (404)."""
        with self.ledger.reading() as db:
            return self._present(find_payment(db, payment_id))

    def page(self, *, key: str | None, since_ms: int, after: str, limit: int) -> dict[str, Any]:
        """Return payments in the order they were made, `limit` at most, with `has_more`."""
        with self.ledger.reading() as db:
            start = find_payment(db, after)["seq"] if after else 0
            rows = db.execute(
                "SELECT * FROM payments WHERE seq > ? AND created_ms >= ?"
                " AND (? IS NULL OR key = ?) ORDER BY seq LIMIT ?",
                [start, since_ms, key, key, limit + 1],
            ).fetchall()
        data = [self._present(row) for row in rows[:limit]]
        return {"data": data, "has_more": len(rows) > limit}

    # --- What card holders do ----------------------------------------------------------------

    def pay(self, *, payment_id: str, card: Card) -> sqlite3.Row:
        """Charge the card and return the payment; one that is paid or void is left alone."""
        with self.ledger.writing() as db:
            if find_payment(db, payment_id)["status"] in PAYABLE:
                facts = {"card_brand": BRAND, "card_last_four": card.last_four}
                if card.number in REFUSALS:
                    self._decline(db, payment_id, *REFUSALS[card.number], **facts)
                elif card.number == ASKS:
                    update_payment(db, payment_id, status="requires_action", **facts)
                else:
                    self._accept(db, payment_id, **facts)
            return find_payment(db, payment_id)

    def confirm(self, *, payment_id: str, agrees: bool) -> sqlite3.Row:
        """Take the card holder's answer to the bank's question and return the payment."""
        with self.ledger.writing() as db:
            if find_payment(db, payment_id)["status"] == "requires_action":
                if agrees:
                    self._accept(db, payment_id)
                else:
                    reason = (
                        "You didn't confirm this payment. Please try again or use another card."
                    )
                    self._decline(db, payment_id, "authentication_refused", reason)
            return find_payment(db, payment_id)

    # --- Parts -------------------------------------------------------------------------------

    def _accept(self, db: sqlite3.Connection, payment_id: str, **facts: Any) -> None:
        payment = find_payment(db, payment_id)
        facts |= {"failure_code": "", "failure_reason": ""}
        if payment["capture"] == "manual":
            self._change(db, payment_id, "payment.authorized", status="authorized", **facts)
        else:
            facts |= {"status": "captured", "captured": payment["amount"]}
            self._change(db, payment_id, "payment.captured", **facts)

    def _decline(
        self, db: sqlite3.Connection, payment_id: str, code: str, reason: str, **facts: Any
    ) -> None:
        # The shopper may try again, so the payment goes on waiting until the last try is used up.
        tries = find_payment(db, payment_id)["tries"] + 1
        facts |= {"failure_code": code, "failure_reason": reason, "tries": tries}
        facts["status"] = "pending" if tries < MAX_TRIES else "failed"
        self._change(db, payment_id, "payment.failed", **facts)

    def _settle(self, db: sqlite3.Connection, refund_id: str, *, succeeds: bool) -> None:
        status = "succeeded" if succeeds else "failed"
        db.execute("UPDATE refunds SET status = ? WHERE id = ?", [status, refund_id])
        refund = find_refund(db, refund_id)
        payment_id = refund["payment_id"]
        if succeeds:
            refunded = find_payment(db, payment_id)["refunded"] + refund["amount"]
            update_payment(db, payment_id, refunded=refunded)
        event_type = "payment.refunded" if succeeds else "refund.failed"
        self._announce(db, payment_id, event_type, refund=present_refund(refund))

    def _change(
        self, db: sqlite3.Connection, payment_id: str, event_type: str, **facts: Any
    ) -> None:
        update_payment(db, payment_id, **facts)
        self._announce(db, payment_id, event_type)

    def _announce(
        self, db: sqlite3.Connection, payment_id: str, event_type: str, **more: Any
    ) -> None:
        # In the transaction of the change: what happened and the news of it can't be parted.
        created_ms = now_ms()
        event = {
            "id": f"evt_{secrets.token_hex(12)}",
            "type": event_type,
            "created": created_ms // 1000,
            "created_ms": created_ms,
            "data": self._present(find_payment(db, payment_id)),
            **more,
        }
        db.execute(
            "INSERT INTO events (id, type, payment_id, body, created_ms, due_ms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [event["id"], event_type, payment_id, json.dumps(event), created_ms, created_ms],
        )

    def _once(
        self,
        operation: str,
        key: str,
        asked: dict[str, Any],
        do: Callable[[sqlite3.Connection], Answer],
    ) -> Answer:
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

    def _present(self, payment: sqlite3.Row) -> dict[str, Any]:
        shown = (
            "id key reference status amount currency captured refunded"
            " failure_code failure_reason card_brand card_last_four"
        )
        answer: dict[str, Any] = {name: payment[name] for name in shown.split()}
        waiting = payment["status"] in PAYABLE
        answer["redirect_url"] = f"{self.url}/pay/{payment['id']}" if waiting else None
        return answer | {"created": payment["created_ms"] / 1000}


def present_refund(refund: sqlite3.Row) -> dict[str, Any]:
    """Return the refund object of the API."""
    shown = ("id", "key", "payment_id", "amount", "status")
    return {name: refund[name] for name in shown} | {"created": refund["created_ms"] / 1000}
