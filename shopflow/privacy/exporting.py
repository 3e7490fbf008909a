"""Everything the shop knows about a person, as one JSON document (GDPR articles 15 and 20).

One statement for each table; its rows come in pieces from the server, so neither the number of
statements nor memory grows with them.
"""

import json
from collections.abc import Iterator
from typing import TextIO
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.errors import UserNotFound
from accounts.models import User
from shopflow.access.rights import SECRET_COLUMNS
from shopflow.lib import audit, context
from shopflow.lib.models import AuditLog
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, one_snapshot, reading
from shopflow.privacy.columns import NOT_EXPORTED
from shopflow.privacy.paths import (
    ACTORS,
    OF_ONE_OF_TWO,
    PERSON,
    columns_of,
    tables,
    whose,
)
from shopflow.privacy.queries import person

FORMAT = "shopflow-person-1"


def export_user(*, user_id: UUID, to: TextIO, by: UUID | None = None) -> None:
    """Write a person's data as JSON; raises UserNotFound. The audit log says who took it: `by`.

    Tables from the account down to the parts of orders, rows in the order they came to be. Hashes,
    tokens and the ids of other people are left out.
    """
    with acting_as(context.current().user_id, role=Role.WORKER):
        audit.record(
            action=AuditLog.Action.EXPORT, entity_type="user", entity_id=user_id, user_id=by
        )
        with one_snapshot(), reading():
            user = User.objects.filter(pk=user_id).first()
            if user is None:
                raise UserNotFound
            for piece in _document(user):
                to.write(piece)


def _document(user: User) -> Iterator[str]:
    head = {"format": FORMAT, "made_at": timezone.now().isoformat(), "user_id": str(user.pk)}
    yield json.dumps(head)[:-1] + ', "tables": {'
    facts = person(user)
    exported = [table for table in reversed(tables()) if table not in NOT_EXPORTED]
    for number, table in enumerate(exported):
        yield f"{',' if number else ''}\n{json.dumps(table)}: ["
        with connection.chunked_cursor() as cursor:
            cursor.execute(_rows(table), facts)
            for index, (row,) in enumerate(cursor):
                yield f"{',' if index else ''}\n  {row}"
        yield "]"
    yield "\n}}\n"


def _rows(table: str) -> str:
    shown = ", ".join(
        _shown(table, column)
        for column, field in columns_of(table).items()
        if column not in SECRET_COLUMNS.get(table, ())
        and column not in ACTORS
        and field.db_type(connection) != "tsvector"
    )
    return (
        f"SELECT row_to_json(shown)::text FROM"  # noqa: S608 - names of the models
        f' (SELECT {shown} FROM "{table}" WHERE {whose(table, PERSON)} ORDER BY id) AS shown'
    )


def _shown(table: str, column: str) -> str:
    """Return a column; of a row about two people only what is about this one."""
    ways = OF_ONE_OF_TWO.get(table, {}).get(column)
    if ways is None:
        return f'"{column}"'
    theirs = whose(table, PERSON, by=set(ways))
    return f'CASE WHEN {theirs} THEN "{column}" END AS "{column}"'
