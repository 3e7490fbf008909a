from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from shopflow.lib.rows import Row


class OutboxMessage(Row):
    """Something the world outside must hear of once, written in the transaction it happened in.

    A sweep sends what waits; `topic` and `reference` together say what it is about, so the same
    news is never written twice.
    """

    topic = models.CharField(max_length=100)
    reference = models.CharField(max_length=100)
    payload = models.JSONField(default=dict, db_default={})
    attempts = models.IntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=255, blank=True, db_default="")

    class Meta:
        db_table = "outbox_messages"
        db_table_comment = "News for the world outside, sent at least once"
        constraints = (
            models.UniqueConstraint(
                fields=["topic", "reference"], name="outbox_messages_reference_unique"
            ),
            models.CheckConstraint(
                condition=~Q(topic="") & ~Q(reference=""), name="outbox_messages_names_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(attempts__gte=0), name="outbox_messages_attempts_not_negative"
            ),
            # A mail holds an address, and links that open an account.
            models.CheckConstraint(
                condition=Q(sent_at=None) | ~Q(topic__startswith="mail:") | Q(payload={}),
                name="outbox_messages_sent_mail_is_empty",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], condition=Q(sent_at=None), name="outbox_messages_due_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.reference}"
