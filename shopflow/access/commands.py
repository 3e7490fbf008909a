"""Bring the database's grants and policies to what `rights` declares."""

from collections.abc import Iterator

from django.db import connection

from shopflow.access.rights import (
    APP_WRITES,
    HARD_DELETED,
    PROTECTED,
    SECRET_COLUMNS,
    STAFF_ONLY,
    all_tables,
    append_only,
)
from shopflow.lib.roles import Role
from shopflow.lib.transactions import command

WRITERS = (Role.APP, Role.WORKER, Role.ADMIN)
EVERYBODY = ", ".join(
    [Role.APP, Role.WORKER, Role.ADMIN, Role.READONLY, Role.AUDIT],
)
USER = "(SELECT nullif(current_setting('app.user_id', true), '')::uuid)"
GUEST_ORDER = "(SELECT nullif(current_setting('app.guest_order', true), '')::uuid)"


@command
def apply_rights() -> None:
    """Grant and protect as declared, all or nothing. Only the owner may. Safe to repeat."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        tables = [table for table in all_tables() if table in existing]
        for statement in _statements(tables):
            cursor.execute(statement)


def _statements(tables: list[str]) -> Iterator[str]:
    yield f"GRANT USAGE ON SCHEMA public TO {EVERYBODY}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {EVERYBODY}"
    yield f"GRANT EXECUTE ON FUNCTION shop_find_order TO {Role.APP}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {', '.join(WRITERS)}"
    for table in tables:
        yield from _grants(table)
        if table in PROTECTED:
            yield from _policies(table)


def _grants(table: str) -> Iterator[str]:
    for role in WRITERS:
        if role == Role.APP and table in STAFF_ONLY:
            continue
        verbs = ["SELECT"]
        if role != Role.APP or table in APP_WRITES:
            verbs += ["INSERT"] if table in append_only() else ["INSERT", "UPDATE"]
            verbs += ["DELETE"] if table in HARD_DELETED else []
        yield f'GRANT {", ".join(verbs)} ON "{table}" TO {role}'
    yield f'GRANT SELECT ON "{table}" TO {Role.AUDIT}'
    secret = SECRET_COLUMNS.get(table)
    if not secret:
        yield f'GRANT SELECT ON "{table}" TO {Role.READONLY}'
    else:
        with connection.cursor() as cursor:
            columns = connection.introspection.get_table_description(cursor, table)
        shown = ", ".join(f'"{column.name}"' for column in columns if column.name not in secret)
        yield f'GRANT SELECT ({shown}) ON "{table}" TO {Role.READONLY}'


def _policies(table: str) -> Iterator[str]:
    """Yield the policies: a person's own rows, a proved guest's order, everything for the rest.

    The setting is compared as a sub-select, so it is evaluated once and not per row; after its
    first use in a session an unset setting reads '', hence nullif (reliability 5).
    """
    order_column = PROTECTED[table]
    own = f"user_id = {USER}" + (f" OR {order_column} = {GUEST_ORDER}" if order_column else "")
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    for name, role, verb, rule in (
        ("own", Role.APP, "ALL", f"USING ({own}) WITH CHECK ({own})"),
        ("worker", Role.WORKER, "ALL", "USING (true) WITH CHECK (true)"),
        ("staff", Role.ADMIN, "ALL", "USING (true) WITH CHECK (true)"),
        ("reports", Role.READONLY, "SELECT", "USING (true)"),
        ("checks", Role.AUDIT, "SELECT", "USING (true)"),
    ):
        yield f'DROP POLICY IF EXISTS "{name}" ON "{table}"'
        yield f'CREATE POLICY "{name}" ON "{table}" FOR {verb} TO {role} {rule}'
