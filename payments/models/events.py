from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

# So many sweeps, over about ten hours, try an event before it is left to staff.
MOST_TRIES = 15


class PaymentEventQuerySet(models.QuerySet["PaymentEvent"]):
    def waiting(self) -> "PaymentEventQuerySet":
        """Those a sweep still processes."""
        return self.filter(processed_at=None, attempts__lt=MOST_TRIES)

    def given_up(self) -> "PaymentEventQuerySet":
        """Those that failed too often: dead letters, for staff."""
        return self.filter(processed_at=None, attempts__gte=MOST_TRIES)


class PaymentEvent(models.Model):
    """One event a provider sent us: the inbox. Partitioned by month on its id.

    The id comes from `shopflow.lib.ids.event_id`, so the primary key itself refuses a second
    delivery of the same event, across all partitions.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    provider = models.CharField(max_length=30)
    provider_event_id = models.CharField(max_length=100)
    type = models.CharField(max_length=100)
    payload = models.JSONField()
    received_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=50, blank=True, db_default="")
    attempts = models.IntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    last_error = models.CharField(max_length=255, blank=True, db_default="")

    objects: ClassVar = PaymentEventQuerySet.as_manager()

    class Meta:
        db_table = "payment_events"
        db_table_comment = "Inbox of provider events, partitioned by month on id"
        indexes = (
            models.Index(
                fields=["next_try_at"],
                condition=Q(processed_at=None),
                name="payment_events_waiting_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.type} {self.provider_event_id}"
