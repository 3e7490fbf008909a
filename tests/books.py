"""Everything the shop has written down, to compare before and after, or to falsify."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def books() -> dict[str, str]:
    """A fingerprint of every row of every table, by table: equal means that nothing changed."""
    tables = sorted(
        name
        for name in connection.introspection.django_table_names(only_existing=True)
        if not name.startswith(("django_", "auth_"))
    )
    # The names come from the models, not from anybody's input.
    each = (
        f"SELECT '{name}', coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')"  # noqa: S608 - see above
        f" FROM {name} AS t"
        for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


@contextmanager
def triggers_off(*tables: str) -> Iterator[None]:
    """Let the block change what the triggers of these tables refuse; only the owner can."""
    _alter(tables, "DISABLE")
    try:
        yield
    finally:
        _alter(tables, "ENABLE")


def _alter(tables: tuple[str, ...], how: str) -> None:
    with connection.cursor() as cursor:
        # Deferred keys are checked now: a table with checks waiting can't be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")
