import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from shopflow.lib import context
from shopflow.lib.models.audit import AuditAction
from shopflow.lib.transactions import command, is_told

# Id and time are the database's; no role of the shop may write them.
INSERT = """
INSERT INTO audit_logs (
    user_id, action, entity_type, entity_id, old_values, new_values,
    ip_address, user_agent, request_id
) VALUES (
    %(user_id)s, %(action)s, %(entity_type)s, %(entity_id)s, %(old_values)s::jsonb,
    %(new_values)s::jsonb, %(ip_address)s::inet, %(user_agent)s, %(request_id)s
)
"""


def record(
    *,
    action: AuditAction,
    entity_type: str,
    entity_id: UUID | str = "",
    user_id: UUID | None = None,
    old_values: Mapping[str, Any] | None = None,
    new_values: Mapping[str, Any] | None = None,
) -> None:
    """Write down what happened and changed no row: somebody came in, looked, took a copy.

    In a command or a reading it joins the transaction, elsewhere it has its own. Who is
    `user_id`, or else whom the request works for; from where the request says. The caller
    leaves secrets and personal data out of the values: the log is never rewritten.
    """
    now = context.current()
    facts = {
        "user_id": user_id or now.user_id,
        "action": action,
        "entity_type": entity_type,
        "entity_id": str(entity_id),
        "old_values": _json(old_values),
        "new_values": _json(new_values),
        "ip_address": now.inet,
        "user_agent": now.user_agent,
        "request_id": now.request_id,
    }
    if is_told():
        _insert(facts)
    else:
        _insert_alone(facts)


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values, default=str)


@command
def _insert_alone(facts: dict[str, Any]) -> None:
    _insert(facts)


def _insert(facts: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, facts)
