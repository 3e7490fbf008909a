"""What the server says about grants, against the declaration."""

from collections import defaultdict
from collections.abc import Mapping, Set

import pytest
from django.apps import apps

from shopflow.access import rights
from shopflow.access.commands import apply_rights
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.access.asking import rows, run
from tests.ledger import ledger

pytestmark = pytest.mark.django_db

WRITERS = {"shop_app", "shop_worker", "shop_admin"}
EVERYBODY = WRITERS | {"shop_readonly", "shop_audit"}
# How an access list calls the public.
PUBLIC = "-"
# Table -> role -> privileges, those on single columns as `SELECT(id)`.
Grants = dict[str, dict[str, set[str]]]


def granted(*, kinds: str = "rpvmf") -> Grants:
    """What the relations' access lists say, the owner's own rights apart."""
    found: Grants = defaultdict(lambda: defaultdict(set))
    for table, role, privilege in rows(
        "SELECT relname, grantee::regrole::text, privilege_type FROM pg_class,"
        " aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace"
        " AND position(relkind::text IN %s) > 0"
        " UNION ALL SELECT relname, grantee::regrole::text, privilege_type || '(' || attname || ')'"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl)"
        " WHERE relnamespace = 'public'::regnamespace AND position(relkind::text IN %s) > 0",
        kinds,
        kinds,
    ):
        if role != Role.OWNER:
            found[table][role].add(privilege)
    return {table: dict(roles) for table, roles in found.items()}


def declared(table: str) -> dict[str, set[str]]:
    """What the sentences at the top of `rights` come to for a table."""
    writes = but_for(rights.DATABASE_FILLS, "INSERT", {"INSERT"}, table)
    if table not in rights.append_only():
        writes |= {"UPDATE"}
    if table in rights.HARD_DELETED:
        writes |= {"DELETE"}
    app = set() if table in rights.STAFF_ONLY else {"SELECT"}
    if table in rights.APP_WRITES:
        app |= but_for(rights.NOT_CHANGED_BY_APP, "UPDATE", writes, table)
    emptied = {f"UPDATE({name})" for name in rights.erasable().get(table, ())}
    wanted = {
        "shop_app": app,
        "shop_worker": {"SELECT"} | writes | emptied,
        "shop_admin": {"SELECT"} | (set() if table in rights.WORKER_WRITES else writes),
        "shop_readonly": but_for(rights.SECRET_COLUMNS, "SELECT", {"SELECT"}, table),
        "shop_audit": {"SELECT"},
    }
    return {role: privileges for role, privileges in wanted.items() if privileges}


def but_for(
    spared: Mapping[str, Set[str]], privilege: str, privileges: set[str], table: str
) -> set[str]:
    """The privileges, one of them by column where some columns are spared."""
    if table not in spared:
        return privileges
    by_column = {f"{privilege}({name})" for name in columns(table) - spared[table]}
    return (privileges - {privilege}) | by_column


def columns(table: str) -> set[str]:
    [model] = [model for model in apps.get_models() if model._meta.db_table == table]
    return {str(field.column) for field in model._meta.local_concrete_fields}


@ledger("S0-30", "C-53", "S2-161")
def test_are_granted_as_declared_and_to_nobody_else() -> None:
    assert granted() == {table: declared(table) for table in rights.all_tables()}


def test_let_writers_alone_draw_numbers() -> None:
    found = granted(kinds="S")

    assert "order_number_digits" in found
    for sequence, roles in found.items():
        assert roles == {role: {"USAGE"} for role in WRITERS}, sequence


def test_of_schema_and_database_make_nothing_new_possible() -> None:
    schema = rows(
        "SELECT grantee::regrole::text, privilege_type FROM pg_namespace, aclexplode(nspacl)"
        " WHERE nspname = 'public' AND grantee NOT IN ('pg_database_owner'::regrole, %s::regrole)",
        Role.OWNER,
    )
    database = rows(
        "SELECT grantee::regrole::text, privilege_type FROM pg_database, aclexplode(datacl)"
        " WHERE datname = current_database() AND grantee <> %s::regrole",
        Role.OWNER,
    )

    assert set(schema) == {(role, "USAGE") for role in {PUBLIC, *EVERYBODY}}
    assert database == [(PUBLIC, "CONNECT")]


@ledger("S0-30", "S2-123", "C-53")
@pytest.mark.parametrize("table", sorted(rights.append_only()))
def test_leave_rows_alone_that_are_written_once(table: str) -> None:
    may = (
        "SELECT role, privilege FROM unnest(%s::text[]) AS role, unnest(%s::text[]) AS privilege"
        " WHERE has_table_privilege(role, %s, privilege)"
    )

    assert rows(may, sorted(EVERYBODY), ["UPDATE", "DELETE", "TRUNCATE"], table) == []


@pytest.mark.parametrize(
    "name",
    [
        "PROTECTED",
        "HARD_DELETED",
        "APP_WRITES",
        "STAFF_ONLY",
        "SECRET_COLUMNS",
        "NOT_CHANGED_BY_APP",
        "UNPROTECTED",
        "DATABASE_FILLS",
        "WORKER_WRITES",
    ],
)
def test_are_declared_for_tables_that_exist(name: str) -> None:
    assert set(getattr(rights, name)) - set(rights.all_tables()) == set()


def test_are_declared_for_columns_that_exist() -> None:
    for named in (rights.SECRET_COLUMNS, rights.NOT_CHANGED_BY_APP, rights.DATABASE_FILLS):
        for table, spared in named.items():
            assert set(spared) - columns(table) == set(), table


def test_come_back_as_declared_when_somebody_has_changed_them() -> None:
    before = granted()
    run("GRANT ALL ON orders, users TO shop_readonly, shop_audit")
    run("GRANT SELECT (password) ON users TO shop_readonly")
    run("REVOKE ALL ON carts FROM shop_app")
    assert granted() != before

    with acting_as(None, role=Role.OWNER):
        apply_rights()

    assert granted() == before
