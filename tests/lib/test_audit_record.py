"""`audit.record`: what happened and changed no row."""

from typing import Any

import pytest
from django.db import DatabaseError, connection

from accounts.models import User
from shopflow.lib import context
from shopflow.lib.audit import record
from shopflow.lib.ids import new_id
from shopflow.lib.models import AuditLog
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as_staff, command, reading_as
from tests import factories
from tests.ledger import ledger
from tests.lib.auditing import ORIGIN, as_owner, raw, staff_work

pytestmark = pytest.mark.django_db
Action = AuditLog.Action


@pytest.fixture
def clerk() -> User:
    return factories.UserFactory.create(role="employee")


def test_writes_who_what_and_from_where(clerk: User) -> None:
    order_id = new_id()

    with staff_work(clerk):
        record(action=Action.VIEW, entity_type="order", entity_id=order_id)

    entry = AuditLog.objects.get()
    assert (entry.action, entry.entity_type) == ("view", "order")
    assert (entry.entity_id, entry.user_id) == (str(order_id), clerk.pk)
    assert (entry.old_values, entry.new_values) == (None, None)
    assert {name: getattr(entry, name) for name in ORIGIN} == ORIGIN
    assert entry.id.version == 7


@ledger("S2-63", "S2-80")
@pytest.mark.parametrize("action", Action.values)
def test_knows_the_actions(action: str) -> None:
    record(action=Action(action), entity_type="product")

    assert AuditLog.objects.get().action == action


def test_export_says_what_was_taken(clerk: User) -> None:
    with staff_work(clerk):
        record(
            action=Action.EXPORT,
            entity_type="product",
            new_values={"file": "catalogue.csv", "rows": 120},
        )

    assert AuditLog.objects.get().new_values == {"file": "catalogue.csv", "rows": 120}


@pytest.mark.parametrize("role", [Role.APP, Role.WORKER, Role.ADMIN])
def test_every_process_may_add(role: Role) -> None:
    with context.bound(role=role):
        record(action=Action.LOGIN, entity_type="user")

    assert AuditLog.objects.count() == 1


def test_joins_a_reading(clerk: User) -> None:
    with reading_as(role=Role.ADMIN):
        record(action=Action.VIEW, entity_type="order")

    assert AuditLog.objects.count() == 1


def test_is_undone_with_the_command_it_stands_in(clerk: User) -> None:
    @command
    def fail() -> None:
        record(action=Action.EXPORT, entity_type="order")
        raise ZeroDivisionError

    with acting_as_staff(clerk.pk), pytest.raises(ZeroDivisionError):
        fail()

    assert not AuditLog.objects.exists()


def insert(**values: Any) -> None:
    facts = {"action": "update", "entity_type": "order", **values}
    names, places = ", ".join(facts), ", ".join(["%s"] * len(facts))
    with as_owner():
        raw(f"INSERT INTO audit_logs ({names}) VALUES ({places})", *facts.values())  # noqa: S608 - ours


@ledger("S2-66")
@pytest.mark.parametrize("place", ["198.51.100.300", "somewhere"])
def test_an_address_is_an_address(place: str) -> None:
    with pytest.raises(DatabaseError, match="invalid input syntax for type inet"):
        insert(ip_address=place)

    insert(ip_address="2001:db8::1")
    assert AuditLog.objects.get().ip_address == "2001:db8::1"


@ledger("S2-62")
def test_nobody_is_a_who() -> None:
    insert(user_id=None)

    assert AuditLog.objects.get().user_id is None


@ledger("S2-14", "S2-31", "S2-100")
def test_log_has_its_columns_indexes_and_months() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
            " WHERE attrelid = 'audit_logs'::regclass AND attnum > 0 ORDER BY attnum"
        )
        columns = cursor.fetchall()
        cursor.execute("SELECT pg_get_partkeydef('audit_logs'::regclass)")
        [partition_key] = cursor.fetchone()
        cursor.execute(
            "SELECT substring(indexdef FROM 'btree (.*)') FROM pg_indexes"
            " WHERE tablename = 'audit_logs'"
        )
        indexes = {found for [found] in cursor.fetchall()}

    assert columns == [
        ("id", "uuid", True),
        ("created_at", "timestamp with time zone", True),
        ("user_id", "uuid", False),
        ("action", "character varying(20)", True),
        ("entity_type", "character varying(63)", True),
        ("entity_id", "character varying(64)", True),
        ("old_values", "jsonb", False),
        ("new_values", "jsonb", False),
        ("ip_address", "inet", False),
        ("user_agent", "character varying(255)", True),
        ("request_id", "character varying(64)", True),
    ]
    assert partition_key == "RANGE (id)"
    assert indexes == {
        "(id)",
        "(user_id, created_at)",
        "(entity_type, entity_id, created_at)",
        "(action, id)",
    }
