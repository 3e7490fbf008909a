"""What the server says about row-level security, against the declaration."""

import pytest

from shopflow.access.commands import apply_rights
from shopflow.access.rights import PROTECTED, SHOWN_IF
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.access.asking import rows, run
from tests.ledger import ledger

pytestmark = pytest.mark.django_db

USER = """(user_id = ( SELECT (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid \
AS "nullif"))"""
ORDER = """({column} = ( SELECT (NULLIF(current_setting('app.guest_order'::text, true), \
''::text))::uuid AS "nullif"))"""
PARENT = """(EXISTS ( SELECT
   FROM orders parent
  WHERE ((parent.id = {table}.order_id) AND (NOT (parent.user_id IS DISTINCT FROM \
{table}.user_id)))))"""
EVERY = {
    "worker": ("shop_worker", "ALL", "true", "true"),
    "staff": ("shop_admin", "ALL", "true", "true"),
    "reports": ("shop_readonly", "SELECT", "true", None),
    "checks": ("shop_audit", "SELECT", "true", None),
}


def policies(table: str) -> dict[str, tuple[str | None, ...]]:
    found = rows(
        "SELECT policyname::text, array_to_string(roles, ','), cmd, qual, with_check, permissive"
        " FROM pg_policies WHERE schemaname = 'public' AND tablename = %s",
        table,
    )
    assert {permissive for *_, permissive in found} <= {"PERMISSIVE"}
    return {name: tuple(facts) for name, *facts, _ in found}


def secured() -> list[tuple[str, bool]]:
    return rows(
        "SELECT relname::text, relforcerowsecurity FROM pg_class WHERE relrowsecurity ORDER BY 1"
    )


def both(facts: list[str]) -> str:
    """As the server writes down that all of them must hold."""
    return facts[0] if len(facts) == 1 else f"({' AND '.join(facts)})"


@ledger("S0-28", "C-52", "S3-24")
def test_stand_on_protected_tables_alone_and_spare_the_owner() -> None:
    # FORCE would hide rows from data migrations, which run as the owner.
    assert secured() == [(table, False) for table in sorted(PROTECTED)]
    found = rows("SELECT DISTINCT tablename::text FROM pg_policies ORDER BY 1")
    assert [table for (table,) in found] == sorted(PROTECTED)


@ledger("S0-28", "C-52", "S3-24")
@pytest.mark.parametrize("table", sorted(PROTECTED))
def test_show_people_what_is_theirs_and_the_shop_everything(table: str) -> None:
    column = PROTECTED[table]
    mine = f"({USER} OR {ORDER.format(column=column)})" if column else USER
    facts = [mine, *([SHOWN_IF[table]] if table in SHOWN_IF else [])]
    kept = [*facts, *([PARENT.format(table=table)] if column == "order_id" else [])]

    assert policies(table) == {"own": ("shop_app", "ALL", both(facts), both(kept)), **EVERY}


def test_are_passed_by_by_no_view() -> None:
    open_views = rows(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND (relkind = 'm' OR relkind = 'v'"
        " AND NOT coalesce(reloptions, '{}') && '{security_invoker=true,security_invoker=on}')"
    )

    # A plain view shows what its owner may see, and a materialized one can't be protected at all.
    assert open_views == []


def test_come_back_as_declared_when_somebody_has_changed_them() -> None:
    before, table = policies("orders"), sorted(PROTECTED)[0]
    run("DROP POLICY own ON orders")
    run("CREATE POLICY everything ON orders TO shop_app USING (true)")
    run(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    run("ALTER TABLE brands ENABLE ROW LEVEL SECURITY")

    with acting_as(None, role=Role.OWNER):
        apply_rights()

    assert policies("orders") == before
    assert secured() == [(table, False) for table in sorted(PROTECTED)]


def test_are_not_touched_while_they_are_as_declared() -> None:
    def transactions() -> list[tuple[str, ...]]:
        return rows("SELECT polname::text, polrelid, xmin::text FROM pg_policy ORDER BY 1, 2")

    before = transactions()

    with acting_as(None, role=Role.OWNER):
        apply_rights()

    # Making one again would lock its table against everybody.
    assert transactions() == before
