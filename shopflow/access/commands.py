"""Bring the database to what is declared: grants, policies, triggers, and groups of staff."""

from collections.abc import Iterator, Mapping, Set
from itertools import chain

from django.contrib.auth.models import Group, Permission
from django.db import connection

from shopflow.access.auditing import audit_statements
from shopflow.access.groups import GROUPS
from shopflow.access.rights import (
    APP_WRITES,
    DATABASE_FILLS,
    HARD_DELETED,
    NOT_CHANGED_BY_APP,
    PROTECTED,
    SECRET_COLUMNS,
    SHOWN_IF,
    STAFF_ONLY,
    WORKER_WRITES,
    all_tables,
    append_only,
    erasable,
)
from shopflow.lib.roles import Role
from shopflow.lib.transactions import command

WRITERS = (Role.APP, Role.WORKER, Role.ADMIN)
EVERYBODY = ", ".join([*WRITERS, Role.READONLY, Role.AUDIT])
USER = "(SELECT nullif(current_setting('app.user_id', true), '')::uuid)"
GUEST_ORDER = "(SELECT nullif(current_setting('app.guest_order', true), '')::uuid)"
SAME_PERSON = (
    "EXISTS (SELECT FROM orders AS parent WHERE parent.id = order_id"
    " AND parent.user_id IS NOT DISTINCT FROM {table}.user_id)"
)


@command
def apply_rights() -> None:
    """Grant, protect and watch as declared, all or nothing. Only the owner may. Safe to repeat."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        tables = [table for table in all_tables() if table in existing]
        wanted = chain(
            _grants(tables), _emptying(tables), _protection(tables), audit_statements(tables)
        )
        for statement in wanted:
            cursor.execute(statement)


@command
def save_groups() -> None:
    """Make the groups of people who work here, with the declared permissions. Safe to repeat."""
    with connection.cursor() as cursor:
        if "auth_group_permissions" not in connection.introspection.table_names(cursor):
            return
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(known[permission] for permission in wanted & known.keys())


def _grants(tables: list[str]) -> Iterator[str]:
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    yield f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {EVERYBODY}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {EVERYBODY}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {', '.join(WRITERS)}"
    if "orders" in tables:  # before the first migration there is no function either
        yield f"GRANT EXECUTE ON FUNCTION shop_find_order TO {Role.APP}"
    for table in tables:
        for role in (Role.WORKER, Role.ADMIN):
            yield f'GRANT SELECT ON "{table}" TO {role}'
            if role == Role.WORKER or table not in WORKER_WRITES:
                yield f'GRANT {_writes(table)} ON "{table}" TO {role}'
        yield f'GRANT SELECT ON "{table}" TO {Role.AUDIT}'
        yield f'GRANT {_all_but(SECRET_COLUMNS, "SELECT", table)} ON "{table}" TO {Role.READONLY}'
        if table not in STAFF_ONLY:
            yield f'GRANT SELECT ON "{table}" TO {Role.APP}'
        if table in APP_WRITES:
            yield f'GRANT {_writes(table)} ON "{table}" TO {Role.APP}'
        if table in NOT_CHANGED_BY_APP:
            changed = _all_but(NOT_CHANGED_BY_APP, "UPDATE", table)
            yield f'REVOKE UPDATE ON "{table}" FROM {Role.APP}'
            yield f'GRANT {changed} ON "{table}" TO {Role.APP}'


def _emptying(tables: list[str]) -> Iterator[str]:
    """Yield what lets the worker, who erases people, empty columns of rows written once."""
    for table, emptied in erasable().items():
        if table in tables:
            columns = ", ".join(sorted(emptied))
            yield f'GRANT UPDATE ({columns}) ON "{table}" TO {Role.WORKER}'


def _writes(table: str) -> str:
    verbs = [_all_but(DATABASE_FILLS, "INSERT", table)]
    verbs += [] if table in append_only() else ["UPDATE"]
    return ", ".join([*verbs, *(["DELETE"] if table in HARD_DELETED else [])])


def _all_but(spared: Mapping[str, Set[str]], verb: str, table: str) -> str:
    """Return the privilege, by column where some columns are spared."""
    if table not in spared:
        return verb
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, table)
    named = ", ".join(f'"{column.name}"' for column in columns if column.name not in spared[table])
    return f"{verb} ({named})"


def _protection(tables: list[str]) -> Iterator[str]:
    """Yield what brings row-level security to the declaration.

    Each of these statements locks its table against everybody, so where nothing has changed
    nothing is done: a migration of an open shop mustn't wait for ten busy tables at once.
    """
    wanted = {
        (table, name): text
        for table in tables
        if table in PROTECTED
        for name, text in _policies(table).items()
    }
    found = _found_policies()
    for (table, name), text in found.items():
        if wanted.get((table, name)) != text:
            yield f'DROP POLICY "{name}" ON "{table}"'
    for (table, name), text in wanted.items():
        if found.get((table, name)) != text:
            yield f'CREATE POLICY "{name}" ON "{table}" {text}'
            # By which the next run knows it: the server shows the rule itself in its own words.
            yield f'COMMENT ON POLICY "{name}" ON "{table}" IS {_quoted(text)}'
    for table, is_enabled in _security().items():
        if is_enabled != (table in PROTECTED):
            verb = "DISABLE" if is_enabled else "ENABLE"
            yield f'ALTER TABLE "{table}" {verb} ROW LEVEL SECURITY'


def _policies(table: str) -> dict[str, str]:
    """Return the policies: a person's own rows, a proved guest's order, everything for the rest.

    The setting is compared as a sub-select, so it is evaluated once and not per row; after its
    first use in a session an unset setting reads '', hence nullif (reliability 5). What is written
    beside an order must name the order's own person: the copy is what later reads go by.
    """
    order_column = PROTECTED[table]
    own = f"user_id = {USER}" + (f" OR {order_column} = {GUEST_ORDER}" if order_column else "")
    if table in SHOWN_IF:
        own = f"({own}) AND {SHOWN_IF[table]}"
    kept = own
    if order_column == "order_id":
        kept = f"({own}) AND {SAME_PERSON.format(table=table)}"
    return {
        "own": f"FOR ALL TO {Role.APP} USING ({own}) WITH CHECK ({kept})",
        "worker": f"FOR ALL TO {Role.WORKER} USING (true) WITH CHECK (true)",
        "staff": f"FOR ALL TO {Role.ADMIN} USING (true) WITH CHECK (true)",
        "reports": f"FOR SELECT TO {Role.READONLY} USING (true)",
        "checks": f"FOR SELECT TO {Role.AUDIT} USING (true)",
    }


def _found_policies() -> dict[tuple[str, str], str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, polname, coalesce(obj_description(pg_policy.oid, 'pg_policy'), '')"
            " FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid"
            " WHERE relnamespace = 'public'::regnamespace"
        )
        return {(table, name): text for table, name, text in cursor.fetchall()}


def _security() -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        return dict(cursor.fetchall())


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
