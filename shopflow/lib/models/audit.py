import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact, one_of


class DatabaseId(Func):
    """A UUIDv7 by the database's clock: one clock orders the rows of all processes."""

    function = "shop_uuid7"
    arity = 0
    output_field = models.UUIDField()


class ExactNumbers(json.JSONDecoder):
    """Reads 10.00 as it was written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class AuditAction(models.TextChoices):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    VIEW = "view"
    EXPORT = "export"
    LOGIN = "login"
    LOGIN_FAILED = "login_failed", "Failed login"


@dataclass(frozen=True)
class Change:
    """One column of a changed row; a side that isn't there is None."""

    name: str
    before: Any
    after: Any


class AuditLog(models.Model):
    """One thing that staff did, or one event of security: who, what, old and new, from where.

    Partitioned by month on its id. Written by the trigger `shop_audit` and by `audit.record`;
    `user_id` is no foreign key, so that the log hinders nothing and outlives what it names.
    """

    Action = AuditAction

    id = models.UUIDField(primary_key=True, db_default=DatabaseId(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    user_id = models.UUIDField(null=True, help_text="Who did it; empty: nobody signed in")
    action = models.CharField(max_length=20, choices=Action.choices)
    entity_type = models.CharField(max_length=63)
    entity_id = models.CharField(max_length=64, db_default="")
    old_values = models.JSONField(null=True, decoder=ExactNumbers)
    new_values = models.JSONField(null=True, decoder=ExactNumbers)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=255, db_default="")
    request_id = models.CharField(max_length=64, db_default="")

    class Meta:
        db_table = "audit_logs"
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log entries"
        db_table_comment = "What staff did and who came in; partitioned by month on id"
        default_permissions = ("view",)
        constraints = (
            one_of("action", AuditAction, table="audit_logs"),
            models.CheckConstraint(
                condition=~Q(entity_type=""), name="audit_logs_entity_type_not_empty"
            ),
            models.CheckConstraint(
                condition=~Q(action="create") | Q(old_values__isnull=True),
                name="audit_logs_create_has_no_old",
            ),
            models.CheckConstraint(
                condition=~Q(action="delete") | Q(new_values__isnull=True),
                name="audit_logs_delete_has_no_new",
            ),
            AppendOnly(name="audit_logs_append_only"),
        )
        indexes = (
            models.Index(fields=["user_id", "created_at"], name="audit_logs_user_idx"),
            models.Index(
                fields=["entity_type", "entity_id", "created_at"], name="audit_logs_entity_idx"
            ),
            # The staff page filters by action, and failed logins are few among many changes.
            models.Index(fields=["action", "id"], name="audit_logs_action_idx"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.entity_type.replace('_', ' ')}"

    @property
    def changes(self) -> list[Change]:
        """What was written down, column by column."""
        old, new = self.old_values or {}, self.new_values or {}
        return [Change(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]


class AuditSeal(Fact):
    """A batch of the audit log with the hash of each row, chained to the batch before.

    Whoever changes a sealed row must change this seal and every later one; the hash of a later
    one, kept elsewhere (the worker logs each), then proves it.
    """

    number = models.BigIntegerField()
    lo = models.UUIDField()
    hi = models.UUIDField()
    row_count = models.IntegerField()
    rows = models.JSONField(help_text="Row id: SHA-256 of the row")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "audit_seals"
        db_table_comment = "Batches of the audit log, sealed by a chain of hashes"
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(fields=["number"], name="audit_seals_number_unique"),
            models.CheckConstraint(condition=Q(number__gt=0), name="audit_seals_number_positive"),
            models.CheckConstraint(
                condition=Q(row_count__gt=0), name="audit_seals_row_count_positive"
            ),
            models.CheckConstraint(
                condition=Q(lo__lte=models.F("hi")), name="audit_seals_range_in_order"
            ),
            AppendOnly(name="audit_seals_append_only"),
        )

    def __str__(self) -> str:
        return f"seal {self.number}"
