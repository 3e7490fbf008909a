"""People who left a word of their own in every column that can hold one.

A table or a personal column that comes later is filled without a change here: rows and what links
them follow the declarations.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.db.models import FileField, ForeignKey, JSONField

from shopflow.access.rights import PERSONAL_COLUMNS
from shopflow.privacy.paths import USERS, columns_of, links, tables
from tests.rules.rows import Values, row

PASSWORD = "correct horse battery"
EARLIER = "2026-01-01T00:00:00Z"
# Orders are finished, so that nothing stands in the way.
FINISHED: dict[str, Values] = {
    "disputes": {"status": "won", "closed_at": EARLIER, "opened_at": EARLIER},
    "import_rows": {"job_id": lambda: row("import_jobs", kind="customers")},
    "inventory_reservations": {"stock_alert_id": None},
    "order_returns": {
        "status": "closed",
        "resolution": "refund",
        "approved_at": EARLIER,
        "received_at": EARLIER,
        "closed_at": EARLIER,
    },
    "orders": {
        "status": "delivered",
        "placed_at": EARLIER,
        "confirmed_at": EARLIER,
        "shipped_at": EARLIER,
        "delivered_at": EARLIER,
    },
    "payments": {"status": "captured", "amount_captured": 1, "captured_at": EARLIER},
    "payout_lines": {"type": "charge", "refund_id": None, "dispute_id": None},
    "product_reviews": {"replied_at": EARLIER},
    "refunds": {"status": "succeeded", "succeeded_at": EARLIER},
    "user_payment_methods": {
        "is_active": False,
        "deleted_at": EARLIER,
        "detached_at": EARLIER,
    },
    "users_user_permissions": {"permission_id": lambda: Permission.objects.earliest("pk").pk},
    "wishlists": {"token_hash": None, "expires_at": None},
}
# Secrets that say something in clear text; of the others only hashes are kept.
IN_CLEAR = {
    "idempotency_keys": {"body", "key"},
    "payments": {"redirect_url"},
    "user_payment_methods": {"provider_payment_method_id"},
    "wishlists": {"share_token"},
}
# Too short for a word of one's own, or nobody's words.
UNMARKED = {"card_last_four"}
LEFT_OUT = {"erasure_log"}
_numbers = count(1)


@dataclass
class Marked:
    """Somebody with a row in every table: `marks` by table and column, `rows` by table."""

    name: str
    user_id: UUID = field(init=False)
    email: str = ""
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    def write(self, table: str, **changes: Any) -> Any:
        """Write a row with a mark in each column; return its id."""
        values = {**self._links(table), **FINISHED.get(table, {}), **changes}
        for column in sorted({*PERSONAL_COLUMNS.get(table, ()), *IN_CLEAR.get(table, ())}):
            if column not in UNMARKED and column not in values:
                values[column] = self._mark(table, column)
        return row(table, **{name: v() if callable(v) else v for name, v in values.items()})

    def found_in(self, dump: str) -> set[tuple[str, str]]:
        """Where a text has this person's words."""
        return {where for where, mark in self.marks.items() if mark in dump}

    def _links(self, table: str) -> dict[str, Any]:
        if table == "idempotency_keys":
            return {"actor": f"user:{self.user_id}"}
        if table == "import_rows":
            return {"entity_id": self.user_id}
        found = links(table)
        if table != USERS and all(link.is_email for link in found):
            return {link.column: self.email for link in found}
        ways = {link.column for link in found}
        keys = {
            column: field.related_model._meta.db_table
            for column, field in columns_of(table).items()
            if isinstance(field, ForeignKey) and (column in ways or not field.null)
        }
        keys |= {column: USERS for column in ways if column == "user_id"}
        return {column: self.rows[name] for column, name in keys.items() if name in self.rows}

    def _mark(self, table: str, column: str) -> Any:
        """Return a value nobody else has, and remember what a dump would show of it."""
        number = next(_numbers)
        word = f"zq{self.name}x{number:04}x"
        if column in {"ip", "ip_address"}:
            word = f"2001:db8:{number:x}::{self.name[0].encode().hex()}"
        elif column == "phone":
            word = f"+1999{number:04}{ord(self.name[0])}"
        elif column == "email" or column.endswith("_email"):
            word = f"{word}@example.com"
        self.marks[table, column] = word
        kind = columns_of(table)[column]
        if isinstance(kind, FileField):
            self.marks[table, column] = f"reviews/{word}.webp"
            return self.marks[table, column]
        if isinstance(kind, JSONField):
            said = {"said": word}
            return [said] if column == "gift_cards" else said
        return f"https://example.com/{word}" if column.endswith("_url") else word


def meet(name: str, **changes: Values) -> Marked:
    """Make somebody with an account whose e-mail is verified, and a marked row in every table.

    `changes` are columns of tables, by table.
    """
    person = Marked(name)
    person.user_id = person.rows[USERS] = person.write(
        USERS, email_verified=True, password=make_password(PASSWORD)
    )
    person.email = person.marks[USERS, "email"]
    for table in reversed(tables()):
        if table not in {USERS, *LEFT_OUT}:
            person.rows[table] = person.write(table, **changes.get(table, {}))
    return person
