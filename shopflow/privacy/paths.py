"""Whose a row is, read off the schema: the ways from each table to a person.

A row is about the person its `user_id` names. Without one it goes with the row it is part of; and
what a guest left behind is theirs whose verified e-mail it has. Columns such as `created_by_id`
say who of the staff did something: they make nothing the staff's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from shopflow.access.rights import PERSONAL_COLUMNS

USERS = "users"
# Who did it, in contrast to whom it is about.
ACTORS = frozenset({"created_by_id", "counted_by_id", "requested_by"})
# A card is bought by one person and paid with by others: of its moves each has those of their own
# orders.
ONLY_BY = {"gift_card_transactions": {"order_id"}}
# Columns of a row about two people, and by which way each is somebody's. Who gave a card doesn't
# learn whose account keeps it, nor what is left on it.
OF_ONE_OF_TWO = {
    "gift_cards": {
        "user_id": {"user_id"},
        "balance": {"user_id", "recipient_email"},
        "held": {"user_id", "recipient_email"},
        "sender_name": {"order_item_id"},
        "recipient_name": {"user_id", "recipient_email"},
        "recipient_email": {"user_id", "recipient_email"},
    },
}
# Lists in the giver's rows of whom they give a gift card, and what an entry says of the other:
# it goes when that one is erased. A card that isn't made yet is mailed to the giver then.
GIVEN = {"cart_items": "gift_cards", "order_items": "gift_cards"}
OF_THE_OTHER = ("recipient_name", "recipient_email", "message")
# Tables whose e-mails are folded as they are written.
FOLDED = {"email_preferences", "stock_alerts"}
# Which rows, of the person with this id and verified e-mail, or of a few orders.
PERSON = {USERS: "id = %(user_id)s"}
ORDERS = {"orders": "id = ANY(%(orders)s)"}


@dataclass(frozen=True)
class Link:
    """A column by which rows are somebody's: it names a row of theirs, them, or their e-mail.

    With the e-mail of a guest no account may have the row; a gift is for whom it names, whoever
    keeps it.
    """

    column: str
    parent: str = ""
    is_email: bool = False

    def holds(self, table: str, roots: dict[str, str]) -> str:
        """Return the SQL that is true for rows that this link makes somebody's, or ''."""
        if self.parent and self.parent != USERS:
            theirs = whose(self.parent, roots)
            rows = f'(SELECT id FROM "{self.parent}" WHERE {theirs})'  # noqa: S608 - of the models
            return theirs and f'"{self.column}" IN {rows}'
        if roots is not PERSON:
            return ""
        if self.is_email:
            is_guests = "user_id" in columns_of(table) and table not in OF_ONE_OF_TWO
            nobodys = '"user_id" IS NULL AND ' if is_guests else ""
            address = f'"{self.column}"' if table in FOLDED else f'lower("{self.column}")'
            return f"({nobodys}{address} = %(email)s)"
        return f'"{self.column}" = %(user_id)s'


def models_by_table() -> dict[str, type[Model]]:
    """Return every model of the shop under its table."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model for model in models if model._meta.managed}


def columns_of(table: str) -> dict[str, "Field[Any, Any]"]:
    """Return a table's columns with their fields, in their order."""
    fields = models_by_table()[table]._meta.local_concrete_fields
    return {str(field.column): field for field in fields}


def tables() -> list[str]:
    """Return every table with rows about people, parts before what they are part of."""
    found = [table for table in models_by_table() if is_about_people(table)]
    return sorted(found, key=lambda table: (-_depth(table), table))


def is_about_people(table: str) -> bool:
    """Whether a table's rows lead to a person, so that each column must be known."""
    return table == USERS or table in BY_TEXT or bool(links(table))


def whose(table: str, roots: dict[str, str], *, by: set[str] | None = None) -> str:
    """Return the SQL that is true for their rows of a table; '' where it has none.

    `by` leaves out all links but these. Its parameters are `user_id` and `email`, or `orders`.
    """
    if table in roots:
        return roots[table]
    if table in BY_TEXT:
        theirs = {name: whose(name, roots) for name in ("orders", "carts")}
        return BY_TEXT[table].format(**theirs) if roots is PERSON else ""
    ways = (link.holds(table, roots) for link in links(table) if by is None or link.column in by)
    return " OR ".join(way for way in ways if way)


@cache
def links(table: str) -> tuple[Link, ...]:
    """Return the ways from a table's rows to people; none for a table that is about nobody."""
    fields = columns_of(table)
    keys = [link for field in fields.values() if (link := _key(table, field)) is not None]
    required = [link for link in keys if not fields[link.column].null]
    by_user = [link for link in required if link.column == "user_id"]
    if table in ONLY_BY:
        return tuple(link for link in keys if link.column in ONLY_BY[table])
    return tuple(by_user[:1] or required[:1] or [*keys, *_emails(table)])


def _key(table: str, field: "Field[Any, Any]") -> Link | None:
    """Return the link a column makes, unless it names nobody whom the row is about."""
    column = str(field.column)
    if column == "user_id":
        return Link(column, USERS)
    parent = field.related_model._meta.db_table if field.related_model else ""
    if column in ACTORS or parent in {"", table, USERS}:
        return None
    return Link(column, parent) if is_about_people(parent) else None


def _emails(table: str) -> Iterator[Link]:
    for column in sorted(PERSONAL_COLUMNS.get(table, ())):
        if column == "email" or column.endswith("_email"):
            yield Link(column, is_email=True)


@cache
def _depth(table: str) -> int:
    """How far a table is from the people: so far its rows go first."""
    if table in BY_TEXT:
        return 99  # found by rows of other tables that go too
    return 0 if table == USERS else 1 + max(_depth(link.parent or USERS) for link in links(table))


# Rows that name their person in a text, or without saying in which table.
BY_TEXT = {
    "idempotency_keys": """
        actor = 'user:' || %(user_id)s
        OR actor IN (SELECT 'order:' || id FROM orders WHERE {orders})
        OR actor IN (SELECT 'cart:' || id FROM carts WHERE {carts})
        OR EXISTS (SELECT FROM orders WHERE position(order_number IN body) > 0 AND ({orders}))""",
    "import_rows": """
        job_id IN (SELECT id FROM import_jobs WHERE kind IN ('customers', 'orders'))
        AND (
            entity_id = %(user_id)s OR entity_id IN (SELECT id FROM orders WHERE {orders})
            OR position(%(email)s IN lower("values"::text)) > 0
        )""",
}
