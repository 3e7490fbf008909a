"""Staff at work under the audit's eyes, and what it wrote down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

from accounts.models import User
from shopflow.lib import context
from shopflow.lib.audit import entity_type
from shopflow.lib.models import AuditLog
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, acting_as_staff, command

ORIGIN = {
    "ip_address": "203.0.113.9",
    "user_agent": "Clerk's browser",
    "request_id": "request-4711",
}


@contextmanager
def staff_work(user: User) -> Iterator[None]:
    """Do the block's commands as a member of staff who sits somewhere."""
    with context.bound(**ORIGIN), acting_as_staff(user.pk):
        yield


@command
def raw(sql: str, *params: Any) -> None:
    """A command that knows no model."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@contextmanager
def as_owner() -> Iterator[None]:
    with acting_as(None, role=Role.OWNER):
        yield


def entries(row: Model) -> list[AuditLog]:
    """What the log has on one row, in order."""
    found = AuditLog.objects.filter(entity_type=entity_type(type(row)), entity_id=str(row.pk))
    return list(found.order_by("created_at", "id"))


def said(entry: AuditLog) -> tuple[str, Any, Any]:
    return entry.action, entry.old_values, entry.new_values
