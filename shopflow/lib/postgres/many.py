"""Columns of many rows in one statement."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def update_many(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write what rows of one table hold in these fields, each a single value.

    Django's `bulk_update` writes a CASE with a branch per row instead: ten thousand rows take it
    many seconds to build, and PostgreSQL to read.
    """
    if not rows:
        return
    table = rows[0]._meta
    columns: list[Any] = [table.pk, *(table.get_field(name) for name in fields)]
    values = [
        [column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows]
        for column in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(table.db_table, columns), values)


def _statement(table: str, columns: Sequence[Any]) -> str:
    quote = connection.ops.quote_name
    names = [quote(column.column) for column in columns]
    # Without its length: varchar[], not varchar(50)[].
    arrays = [f"%s::{column.rel_db_type(connection).split('(')[0]}[]" for column in columns]
    new = ", ".join(f"{name} = given.{name}" for name in names[1:])
    # Names come from the models, values as parameters.
    return (
        f"UPDATE {quote(table)} SET {new}"  # noqa: S608 - see above
        f" FROM unnest({', '.join(arrays)}) AS given ({', '.join(names)})"
        f" WHERE {quote(table)}.{names[0]} = given.{names[0]}"
    )
