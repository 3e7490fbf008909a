"""How many rows the tables have and how much room they take."""

from dataclasses import dataclass

from django.db import connection

_TABLES = """
SELECT c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r'
ORDER BY pg_total_relation_size(c.oid) DESC, c.relname
"""
_INDEXES = """
SELECT c.relname, i.relname, pg_relation_size(i.oid)
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema()
ORDER BY 3 DESC, 2
"""


@dataclass(frozen=True)
class TableRoom:
    """A table: rows counted one by one, bytes of its heap and of its indexes."""

    name: str
    rows: int
    heap: int
    indexes: int


@dataclass(frozen=True)
class IndexRoom:
    table: str
    name: str
    size: int


def tables() -> list[TableRoom]:
    """Return the tables, biggest first."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        found = cursor.fetchall()
        counts = {}
        for name, _, _ in found:
            # The names come from the catalogue of the database, not from anybody's input.
            cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - see above
            (counts[name],) = cursor.fetchone()
    return [TableRoom(name, counts[name], heap, indexes) for name, heap, indexes in found]


def indexes() -> list[IndexRoom]:
    """Return the indexes, biggest first."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES)
        return [IndexRoom(*row) for row in cursor.fetchall()]
