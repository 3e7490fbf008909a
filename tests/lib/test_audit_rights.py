"""The log is only ever added to: by privilege for the shop's roles, by a trigger for the owner."""

from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError

from shopflow.lib import audit
from shopflow.lib.models import AuditLog, AuditSeal
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, sqlstate
from tests.ledger import ledger
from tests.lib.auditing import as_owner, raw

pytestmark = pytest.mark.django_db
EVERYBODY = [Role.APP, Role.WORKER, Role.ADMIN, Role.READONLY, Role.AUDIT]
CHANGES = {
    "update": "UPDATE {table} SET {column} = 'x'",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table}",
    "switch off": "ALTER TABLE {table} DISABLE TRIGGER ALL",
}
TABLES = {"audit_logs": "user_agent", "audit_logs_default": "user_agent", "audit_seals": "hash"}


@pytest.fixture(autouse=True)
def _one_of_each() -> None:
    with as_owner():
        # Of no month, so that it lies in the default partition.
        raw(
            "INSERT INTO audit_logs (id, action, entity_type) VALUES (%s, 'login', 'user')",
            UUID(int=7),
        )
        raw(
            "INSERT INTO audit_seals (id, number, lo, hi, row_count, rows, previous_hash, hash)"
            " SELECT shop_uuid7(), 1, id, id, 1, '{}', '', 'h' FROM audit_logs"
        )


def refusal(sql: str) -> str:
    """PostgreSQL's code for why this isn't done."""
    with pytest.raises(DatabaseError) as refused:
        raw(sql)
    return sqlstate(refused.value)


@ledger("S2-31", "S2-67")
@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", TABLES)
def test_no_role_may_change_it(role: Role, change: str, table: str) -> None:
    with acting_as(None, role=role):
        assert refusal(CHANGES[change].format(table=table, column=TABLES[table])) == "42501"

    assert AuditLog.objects.get().user_agent == ""
    assert AuditSeal.objects.get().hash == "h"


@ledger("S2-31", "S2-67")
@pytest.mark.parametrize("change", ["update", "delete"])
@pytest.mark.parametrize("table", TABLES)
def test_nor_may_the_owner(change: str, table: str) -> None:
    with as_owner(), pytest.raises(IntegrityError) as refused:
        raw(CHANGES[change].format(table=table, column=TABLES[table]))

    diagnosis = refused.value.__cause__.diag  # type: ignore[union-attr]  # psycopg's own error
    rule = f"{table.removesuffix('_default')}_append_only"
    assert (diagnosis.sqlstate, diagnosis.constraint_name) == ("23514", rule)
    assert AuditLog.objects.get().user_agent == ""
    assert AuditSeal.objects.get().hash == "h"


@pytest.mark.parametrize("role", [Role.APP, Role.WORKER, Role.ADMIN])
@pytest.mark.parametrize("column", ["id", "created_at"])
def test_nobody_says_when_it_was(role: Role, column: str) -> None:
    value = "shop_uuid7()" if column == "id" else "now()"
    sql = f"INSERT INTO audit_logs (action, entity_type, {column}) SELECT 'view', 'x', {value}"

    with acting_as(None, role=role):
        assert refusal(sql) == "42501"

    assert AuditLog.objects.count() == 1


@pytest.mark.parametrize("table", TABLES)
def test_the_storefront_never_reads_it(table: str) -> None:
    with acting_as(None, role=Role.APP):
        assert refusal(f"SELECT FROM {table}") == "42501"


@pytest.mark.parametrize("role", [Role.APP, Role.ADMIN])
def test_only_the_worker_seals(role: Role) -> None:
    with acting_as(None, role=role):
        with pytest.raises((RuntimeError, ProgrammingError)):
            audit.seal()
        assert refusal("INSERT INTO audit_seals SELECT FROM audit_logs") == "42501"
    assert AuditSeal.objects.count() == 1
