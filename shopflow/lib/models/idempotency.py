from django.db import models

from shopflow.lib.rows import Row


class IdempotencyKey(Row):
    """A request somebody may repeat, and the answer it got the first time.

    Claimed in the same transaction as the work, so a second caller waits on the unique
    constraint and then reads the answer.
    """

    actor = models.CharField(max_length=80)
    route = models.CharField(max_length=80)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    body = models.TextField(db_default="")

    class Meta:
        db_table = "idempotency_keys"
        db_table_comment = "Requests that may be repeated, with their first answer"
        constraints = (
            models.UniqueConstraint(
                fields=["actor", "route", "key"], name="idempotency_keys_unique"
            ),
        )
        indexes = (models.Index(fields=["created_at"], name="idempotency_keys_created_idx"),)

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
