"""Files people bring into the shop: looked at first, then applied, row by row."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shopflow.lib.rows import Row, Stateful, one_of


class ImportKind(models.TextChoices):
    CATALOG = "catalog"
    STOCK = "stock"
    PRICES = "prices"
    CUSTOMERS = "customers"
    ORDERS = "orders"


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REVERTED = "reverted"


class ImportJob(Stateful):
    """A file somebody imports: checked (the preview), run by the worker, perhaps taken back."""

    Kind = ImportKind
    Status = ImportStatus

    TRANSITIONS: ClassVar = {
        Status.UPLOADED: {Status.CHECKED, Status.FAILED, Status.CANCELLED},
        Status.CHECKED: {Status.RUNNING, Status.CANCELLED},
        Status.RUNNING: {Status.DONE, Status.FAILED},
        Status.DONE: {Status.REVERTED},
        Status.FAILED: {Status.RUNNING, Status.CANCELLED, Status.REVERTED},
    }

    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.UPLOADED, db_default=Status.UPLOADED
    )
    file = models.FileField(max_length=255, upload_to="imports/", blank=True, db_default="")
    file_name = models.CharField(max_length=255)
    file_hash = models.CharField(max_length=64, help_text="SHA-256, in hex")
    options = models.JSONField(default=dict, blank=True, db_default={})
    rows_total = models.IntegerField(default=0, db_default=0)
    rows_done = models.IntegerField(default=0, db_default=0)
    rows_failed = models.IntegerField(default=0, db_default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=255, blank=True, db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="Empty: the command line",
    )

    class Meta:
        db_table = "import_jobs"
        db_table_comment = "Files imported into the shop"
        constraints = (
            one_of("kind", ImportKind, table="import_jobs"),
            one_of("status", ImportStatus, table="import_jobs"),
            models.CheckConstraint(
                condition=Q(file_hash__regex=r"^[0-9a-f]{64}$"), name="import_jobs_file_hashed"
            ),
            models.CheckConstraint(
                condition=Q(
                    rows_done__gte=0,
                    rows_failed__gte=0,
                    rows_total__gte=F("rows_done") + F("rows_failed"),
                ),
                name="import_jobs_rows_add_up",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["running", "done", "reverted"])
                | Q(started_at__isnull=False),
                name="import_jobs_started_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "reverted"]) | Q(finished_at__isnull=False),
                name="import_jobs_finished_has_time",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
                name="import_jobs_finished_after_started",
            ),
            # Two files of one kind at once would undo each other's rows.
            models.UniqueConstraint(
                fields=["kind"], condition=Q(status="running"), name="import_jobs_one_running"
            ),
        )
        indexes = (models.Index(fields=["status", "-id"], name="import_jobs_status_idx"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class ImportRowStatus(models.TextChoices):
    PENDING = "pending"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    REVERTED = "reverted"


class ImportRow(Row):
    """One line of an imported file: what it says, what came of it, and what was there before."""

    Status = ImportRowStatus

    job = models.ForeignKey(
        ImportJob, on_delete=models.RESTRICT, related_name="rows", db_index=False
    )
    line_number = models.IntegerField(help_text="In the file, from 1")
    values = models.JSONField(default=dict, db_default={})
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    faults = models.JSONField(default=list, blank=True, db_default=[])
    entity_type = models.CharField(max_length=50, blank=True, db_default="")
    entity_id = models.UUIDField(null=True, blank=True)
    old_values = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "import_rows"
        db_table_comment = "Lines of imported files"
        constraints = (
            one_of("status", ImportRowStatus, table="import_rows"),
            models.UniqueConstraint(fields=["job", "line_number"], name="import_rows_line_unique"),
            models.CheckConstraint(
                condition=Q(line_number__gt=0), name="import_rows_line_positive"
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(faults=[]), name="import_rows_failed_has_fault"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["created", "updated", "unchanged", "reverted"])
                | Q(entity_id__isnull=False),
                name="import_rows_done_names_entity",
            ),
        )
        indexes = (models.Index(fields=["job", "status", "line_number"], name="import_rows_idx"),)

    def __str__(self) -> str:
        return f"{self.line_number} {self.status}"
