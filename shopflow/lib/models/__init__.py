"""The tables of no one domain."""

from shopflow.lib.models.audit import AuditLog, AuditSeal
from shopflow.lib.models.idempotency import IdempotencyKey
from shopflow.lib.models.imports import ImportJob, ImportRow
from shopflow.lib.models.invariants import InvariantRun
from shopflow.lib.models.outbox import OutboxMessage
from shopflow.lib.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "AuditLog",
    "AuditSeal",
    "IdempotencyKey",
    "ImportJob",
    "ImportRow",
    "InvariantRun",
    "OutboxMessage",
    "WebhookDelivery",
    "WebhookEndpoint",
]
