"""The tables of no one domain."""

from shopflow.lib.models.audit import AuditLog, AuditSeal
from shopflow.lib.models.idempotency import IdempotencyKey

__all__ = ["AuditLog", "AuditSeal", "IdempotencyKey"]
