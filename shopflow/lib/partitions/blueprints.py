"""What a table has besides columns and CHECKs, read from the database's own catalogues."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

# Constraint triggers and the like carry their whole definition in pg_get_triggerdef.
_STATEMENTS = """
SELECT format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
              conrelid::regclass, conname, pg_get_constraintdef(oid)) AS statement, 1 AS position
FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype = 'p'
UNION ALL
SELECT pg_get_indexdef(indexrelid), 2
FROM pg_index WHERE indrelid = %(table)s::regclass AND NOT indisunique
UNION ALL
SELECT format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
              conrelid::regclass, conname, pg_get_constraintdef(oid)), 3
FROM pg_constraint
WHERE conrelid = %(table)s::regclass AND contype = 'f' AND confrelid <> conrelid
UNION ALL
SELECT pg_get_triggerdef(oid), 4
FROM pg_trigger WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal
UNION ALL
SELECT format('COMMENT ON TABLE %%s IS %%L', objoid::regclass, description), 5
FROM pg_description
WHERE objoid = %(table)s::regclass AND classoid = 'pg_class'::regclass AND objsubid = 0
ORDER BY position, statement
"""
_UNIQUES = r"""
SELECT relname, attname, format_type(atttypid, atttypmod),
       regexp_replace(pg_get_indexdef(indexrelid), 'UNIQUE INDEX \S+',
                      format('INDEX %%I', %(table)s || '_' || attname || '_idx')),
       indnkeyatts = 1 AND indpred IS NULL AND attnotnull
FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
WHERE indrelid = %(table)s::regclass AND indisunique AND NOT indisprimary
ORDER BY relname
"""


class CannotConvert(Exception):
    """The table is partitioned already, or has something that partitions can't keep."""


@dataclass(frozen=True)
class Unique:
    """A column without two equal values, the name of the rule, and an index that only finds."""

    name: str
    column: str
    type: str
    index: str


@dataclass(frozen=True)
class Blueprint:
    """The statements that make a table's keys, indexes and triggers, and what must be unique."""

    statements: Sequence[str]
    uniques: Sequence[Unique]


def blueprint(table: str) -> Blueprint:
    """Return what has to be made again on a partitioned table. Raises CannotConvert."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = %s::regclass", [table])
        if cursor.fetchone()[0]:
            raise CannotConvert(f"{table} is partitioned already.")
        cursor.execute(_UNIQUES, {"table": table})
        uniques = cursor.fetchall()
        if lost := [name for name, *_, is_kept in uniques if not is_kept]:
            raise CannotConvert(f"Partitions of {table} can't keep {', '.join(lost)}.")
        cursor.execute(_STATEMENTS, {"table": table})
        statements = [statement for statement, _ in cursor.fetchall()]
    return Blueprint(statements, [Unique(*row) for *row, _ in uniques])
