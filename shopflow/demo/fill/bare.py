"""Tables without their indexes and foreign keys, for as long as they are filled.

Building an index once, and checking a foreign key by one join, takes a fraction of what it takes
row by row. All of it happens inside the filling transaction, so a crash leaves them as they were.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

# Primary keys stay: ids come in order, and what isn't filled here names them.
_PARTS = """
SELECT conrelid::regclass::text,
       format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
              conrelid::regclass, conname, pg_get_constraintdef(c.oid)),
       CASE contype WHEN 'f' THEN 2 ELSE 1 END AS turn
FROM pg_constraint c
WHERE contype IN ('f', 'u', 'x') AND conrelid = ANY(%(tables)s::regclass[])
UNION ALL
SELECT indrelid::regclass::text, format('DROP INDEX %%s', indexrelid::regclass),
       pg_get_indexdef(indexrelid), 0
FROM pg_index i
WHERE NOT indisprimary AND indrelid = ANY(%(tables)s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid
                  AND c.contype IN ('u', 'x'))
ORDER BY 4, 1, 2
"""


@dataclass(frozen=True)
class Part:
    """An index or constraint of a table, as statements."""

    table: str
    drop: str
    build: str


Each = Callable[[str, Sequence[Part]], Iterable[Part]]


@contextmanager
def bare(tables: Sequence[str], *, each: Each) -> Iterator[None]:
    """Take indexes and foreign keys off the tables; put the same back at the end of the block.

    Stands inside a transaction. `each` shows which of them are being built.
    """
    with connection.cursor() as cursor:
        # Keys waiting to be checked at the commit would keep a table from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        # Making rows takes its time.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute(_PARTS, {"tables": list(tables)})
        parts = [Part(table, drop, build) for table, drop, build, _ in cursor.fetchall()]
        for part in reversed(parts):
            cursor.execute(part.drop)
    yield
    with connection.cursor() as cursor:
        for part in each("Indexes and keys", parts):
            cursor.execute(part.build)
