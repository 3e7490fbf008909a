"""The foreign keys that point at a table, taken off while its rows change places."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype = 'f' AND confrelid = %s::regclass AND conparentid = 0
ORDER BY 1, 2
"""


@contextmanager
def without_keys_to(table: str) -> Iterator[None]:
    """Do the block without the foreign keys that point at a table; they are checked anew after.

    Moving a row between partitions is a DELETE to them: they would refuse it, or cascade. Belongs
    inside a transaction, so that nobody else ever sees the table without them.
    """
    with connection.cursor() as cursor:
        # A check that still waits for the commit would be in the way of dropping its key.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_KEYS, [table])
        keys = cursor.fetchall()
        for owner, name, _ in keys:
            cursor.execute(f"ALTER TABLE {owner} DROP CONSTRAINT {name}")
        yield
        for owner, name, definition in keys:
            cursor.execute(f"ALTER TABLE {owner} ADD CONSTRAINT {name} {definition}")
