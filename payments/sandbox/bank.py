"""What may happen to a payment: the rules, each one transaction of the ledger."""

import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from payments.sandbox.books import PAYABLE, Answer, Books, book, page_of
from payments.sandbox.cards import ASKS, BRAND, REFUSALS, Card, kept_card
from payments.sandbox.ledger import find_method, find_payment, now_ms, update_payment
from payments.sandbox.wire import Refused

MAX_TRIES = 5  # so that nobody tries card numbers all night
VOIDABLE = PAYABLE | {"authorized"}
FEE = 25  # minor units a charge costs the shop, and a hundredth of it


@dataclass(frozen=True, kw_only=True)
class NewPayment:
    """What a shop asks for; amount in minor units."""

    key: str
    reference: str
    return_url: str
    capture: str
    amount: int
    currency: str
    keeps_card: bool = False
    token: str | None = None


class Bank:
    """The only writer of payments and kept cards."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.ledger = books.ledger

    # --- What shops ask for ------------------------------------------------------------------

    def create(self, *, request_key: str, new: NewPayment) -> Answer:
        """Record a payment to be made; the same request key gives the same answer."""

        def do(db: sqlite3.Connection) -> Answer:
            if db.execute("SELECT 1 FROM payments WHERE key = ?", [new.key]).fetchone():
                raise Refused(409, "key_taken", "There is a payment with this key already.")
            card = kept_card(find_method(db, new.token)) if new.token else None
            payment_id = f"pay_{secrets.token_hex(12)}"
            db.execute(
                "INSERT INTO payments (id, key, reference, return_url, capture, amount, currency,"
                " keeps_card, token, created_ms) VALUES (:id, :key, :reference, :return_url,"
                " :capture, :amount, :currency, :keeps_card, :token, :created_ms)",
                {**vars(new), "id": payment_id, "created_ms": now_ms()},
            )
            if card is not None:
                self._try(db, payment_id, card)
            return 201, self.books.present(db, find_payment(db, payment_id))

        return self.books.once("create", request_key, vars(new), do)

    def capture(self, *, request_key: str, payment_id: str, amount: int | None) -> Answer:
        """Take authorized money, all of it by default; what isn't taken is let go."""

        def do(db: sqlite3.Connection) -> Answer:
            payment = find_payment(db, payment_id)
            if payment["status"] != "authorized":
                raise Refused(409, "not_authorized", f"This payment is {payment['status']}.")
            taken = payment["amount"] if amount is None else amount
            if taken > payment["amount"]:
                raise Refused(409, "amount_too_large", "That is more than was authorized.")
            self._take(db, payment_id, taken)
            return 200, self.books.present(db, find_payment(db, payment_id))

        return self.books.once(f"capture {payment_id}", request_key, {"amount": amount}, do)

    def void(self, *, payment_id: str) -> Answer:
        """Make sure nothing more is paid, and answer the state as it is now.

        A captured payment stays captured. Safe to repeat.
        """
        with self.ledger.writing() as db:
            if find_payment(db, payment_id)["status"] in VOIDABLE:
                self._change(db, payment_id, "payment.voided", status="voided")
            return 200, self.books.present(db, find_payment(db, payment_id))

    def forget(self, *, token: str) -> Answer:
        """Let go of a kept card. Safe to repeat, also for one that never was."""
        with self.ledger.writing() as db:
            db.execute("UPDATE methods SET is_forgotten = 1 WHERE token = ?", [token])
        return 200, {"token": token, "is_forgotten": True}

    def fetch(self, payment_id: str) -> dict[str, Any]:
        """Return one payment; raises Refused (404)."""
        with self.ledger.reading() as db:
            return self.books.present(db, find_payment(db, payment_id))

    def page(self, *, key: str | None, since_ms: int, after: str, limit: int) -> dict[str, Any]:
        """Return payments in the order they were made, `limit` at most, with `has_more`."""
        with self.ledger.reading() as db:
            start = find_payment(db, after)["seq"] if after else 0
            rows = db.execute(
                "SELECT * FROM payments WHERE seq > ? AND created_ms >= ?"
                " AND (? IS NULL OR key = ?) ORDER BY seq LIMIT ?",
                [start, since_ms, key, key, limit + 1],
            ).fetchall()
            return page_of(rows, limit, lambda row: self.books.present(db, row))

    # --- What card holders do ----------------------------------------------------------------

    def pay(self, *, payment_id: str, card: Card) -> sqlite3.Row:
        """Charge the card and return the payment; one that is paid or void is left alone."""
        with self.ledger.writing() as db:
            payment = find_payment(db, payment_id)
            if payment["status"] in PAYABLE:
                if payment["keeps_card"] and card.number not in REFUSALS:
                    self._keep(db, payment_id, card)
                self._try(db, payment_id, card)
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

    def _try(self, db: sqlite3.Connection, payment_id: str, card: Card) -> None:
        facts = {"card_brand": BRAND, "card_last_four": card.last_four}
        if card.number in REFUSALS:
            self._decline(db, payment_id, *REFUSALS[card.number], **facts)
        elif card.number == ASKS:
            update_payment(db, payment_id, status="requires_action", **facts)
        else:
            self._accept(db, payment_id, **facts)

    def _keep(self, db: sqlite3.Connection, payment_id: str, card: Card) -> None:
        token = f"pm_{secrets.token_hex(12)}"
        db.execute(
            "INSERT INTO methods (token, card_brand, card_last_four, exp_month, exp_year)"
            " VALUES (?, ?, ?, ?, ?)",
            [token, BRAND, card.last_four, card.exp_month, card.exp_year],
        )
        update_payment(db, payment_id, token=token)

    def _accept(self, db: sqlite3.Connection, payment_id: str, **facts: Any) -> None:
        payment = find_payment(db, payment_id)
        update_payment(db, payment_id, **facts, failure_code="", failure_reason="")
        if payment["capture"] == "manual":
            self._change(db, payment_id, "payment.authorized", status="authorized")
        else:
            self._take(db, payment_id, payment["amount"])

    def _take(self, db: sqlite3.Connection, payment_id: str, amount: int) -> None:
        currency = find_payment(db, payment_id)["currency"]
        fee = FEE + amount // 100
        book(db, "charge", payment_id, amount=amount, fee=fee, currency=currency)
        self._change(db, payment_id, "payment.captured", status="captured", captured=amount)

    def _decline(
        self, db: sqlite3.Connection, payment_id: str, code: str, reason: str, **facts: Any
    ) -> None:
        # The shopper may try again, so the payment goes on waiting until the last try is used up.
        tries = find_payment(db, payment_id)["tries"] + 1
        facts |= {"failure_code": code, "failure_reason": reason, "tries": tries}
        facts["status"] = "pending" if tries < MAX_TRIES else "failed"
        self._change(db, payment_id, "payment.failed", **facts)

    def _change(
        self, db: sqlite3.Connection, payment_id: str, event_type: str, **facts: Any
    ) -> None:
        update_payment(db, payment_id, **facts)
        self.books.announce(db, payment_id, event_type)
