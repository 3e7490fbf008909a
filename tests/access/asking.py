"""Questions to the database that Django has no words for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from shopflow.lib.roles import Role
from shopflow.lib.transactions import sqlstate

TELL = (
    "SELECT set_config('role', %s, true), set_config('app.user_id', %s, true),"
    " set_config('app.guest_order', %s, true)"
)


def rows(query: str, *given: Any, **names: str) -> list[Any]:
    """Return the answer; `names` are those of tables and columns that stand as {…} in the query."""
    with connection.cursor() as cursor:
        cursor.execute(_named(query, names), given)
        return list(cursor.fetchall())


def one(query: str, *given: Any, **names: str) -> Any:
    """Return the only value of the only row."""
    [(value,)] = rows(query, *given, **names)
    return value


def run(statement: str, *given: Any, **names: str) -> int:
    """Run a statement; return how many rows it was about."""
    with connection.cursor() as cursor:
        cursor.execute(_named(statement, names), given)
        return int(cursor.rowcount)


@contextmanager
def being(
    role: Role, *, user_id: UUID | None = None, guest_order: UUID | None = None
) -> Iterator[None]:
    """Do the block's statements as a role, around all of the shop's own code; nothing stays."""
    with transaction.atomic():
        rows(TELL, role, str(user_id or ""), str(guest_order or ""))
        yield
        transaction.set_rollback(True)


@contextmanager
def refused(state: str = "42501") -> Iterator[None]:
    """The block's statement is refused with this SQLSTATE: insufficient_privilege."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        yield
    assert sqlstate(refusal.value) == state, refusal.value


def _named(query: str, names: Mapping[str, str]) -> str:
    quoted = {key: connection.ops.quote_name(name) for key, name in names.items()}
    return query.format(**quoted) if names else query
