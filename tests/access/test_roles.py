import re

import pytest

from shopflow.lib.roles import Role
from tests.access.asking import being, one, refused, rows, run
from tests.ledger import ledger

pytestmark = pytest.mark.django_db

BUT_OWNER = [role for role in Role if role != Role.OWNER]
# What the test's login may become; nobody works as the backup.
OTHERS = [role for role in BUT_OWNER if role != Role.BACKUP]


@ledger("S0-30", "C-53")
def test_have_no_more_power_than_they_need() -> None:
    found = rows(
        "SELECT rolname, rolsuper, rolcreaterole, rolreplication, rolcreatedb, rolbypassrls,"
        " rolcanlogin FROM pg_roles WHERE rolname = ANY(%s)",
        list(Role),
    )

    power = {name: flags for name, *flags in found}
    assert power == {
        "shop_owner": [False, False, False, True, False, False],
        "shop_app": [False, False, False, False, False, True],
        "shop_worker": [False, False, False, False, False, True],
        "shop_admin": [False, False, False, False, False, True],
        "shop_readonly": [False, False, False, False, False, True],
        "shop_audit": [False, False, False, False, False, True],
        "shop_backup": [False, False, False, False, True, True],
    }


def test_are_members_of_no_other_but_for_what_the_server_offers() -> None:
    found = rows(
        "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members"
        " WHERE member::regrole::text = ANY(%s) ORDER BY 1, 2",
        list(Role),
    )

    assert found == [
        ("shop_audit", "pg_read_all_settings"),
        ("shop_audit", "pg_read_all_stats"),
        ("shop_backup", "pg_read_all_data"),
        ("shop_worker", "pg_read_all_stats"),
    ]


def test_are_what_the_login_may_become_but_not_what_it_is() -> None:
    asked = (
        "SELECT name FROM unnest(%s::text[]) AS name"
        " WHERE pg_has_role(session_user, name, %s) ORDER BY 1"
    )

    assert [name for (name,) in rows(asked, list(Role), "MEMBER")] == sorted(
        role for role in Role if role != Role.BACKUP
    )
    assert rows(asked, list(Role), "USAGE") == []
    assert (
        one("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user") is False
    )


@ledger("S0-30", "C-53")
@pytest.mark.parametrize("role", BUT_OWNER)
def test_own_nothing(role: Role) -> None:
    owned = rows(
        "SELECT classid::regclass::text, objid FROM pg_shdepend"
        " WHERE refclassid = 'pg_authid'::regclass AND refobjid = %s::regrole AND deptype = 'o'",
        role,
    )

    assert owned == []


def test_leave_everything_to_the_owner() -> None:
    owners = one(
        "SELECT array_agg(DISTINCT pg_get_userbyid(relowner)) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
    )
    functions = one(
        "SELECT array_agg(DISTINCT pg_get_userbyid(proowner)) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend"
        " WHERE objid = pg_proc.oid AND deptype = 'e')"
    )

    assert (owners, functions) == ([Role.OWNER], [Role.OWNER])


@ledger("S0-30", "C-53")
@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE sold (id int)",
        "CREATE TEMPORARY TABLE orders (id int)",
        "CREATE SCHEMA mine",
        "CREATE VIEW everything AS SELECT * FROM orders",
        "CREATE FUNCTION shop_steal() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE INDEX mine ON orders (total)",
        "CREATE POLICY mine ON orders TO shop_app USING (true)",
        "ALTER POLICY own ON orders USING (true)",
        "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE orders ADD COLUMN mine int",
        "ALTER TABLE order_items DISABLE TRIGGER ALL",
        "ALTER SEQUENCE order_number_digits RESTART",
        "TRUNCATE orders CASCADE",
        "DROP TABLE order_addresses",
        "DROP POLICY own ON orders",
    ],
)
def test_may_not_change_what_the_database_is(role: Role, statement: str) -> None:
    with being(role), refused():
        run(statement)


@pytest.mark.parametrize("role", OTHERS)
def test_may_not_switch_the_rules_off(role: Role) -> None:
    with being(role), refused():
        run("SET LOCAL session_replication_role = replica")
    # The server refuses to answer where a policy would have filtered.
    with being(role), refused():
        run("SET LOCAL row_security = off")
        run("SELECT FROM orders")


def test_let_nobody_change_what_runs_as_the_owner() -> None:
    definer = rows(
        "SELECT proname::text, proconfig, has_function_privilege('public', oid, 'EXECUTE')"
        " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )

    assert sorted(name for name, *_ in definer) == ["shop_audit", "shop_find_order"]
    for _, (search_path,), is_public in definer:
        # A temporary table of the caller's must not stand before the shop's own.
        assert re.fullmatch(r"search_path=(pg_catalog, )?public, pg_temp", search_path)
        assert is_public is False
