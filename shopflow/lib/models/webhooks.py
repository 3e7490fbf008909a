"""Other people's systems that hear of what happens in the shop."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from shopflow.lib.models.outbox import OutboxMessage
from shopflow.lib.rows import Row, Stateful, one_of


class WebhookEndpoint(Row):
    """An address that gets the messages of some topics, signed with a secret of its own.

    The secrets are sealed with the shop's key; the previous one is valid while it is replaced.
    """

    url = models.URLField(max_length=500)
    description = models.CharField(max_length=255, blank=True, db_default="")
    topics = ArrayField(models.CharField(max_length=100))
    sealed_secret = models.CharField(max_length=500)
    sealed_previous_secret = models.CharField(max_length=500, blank=True, db_default="")
    is_active = models.BooleanField(default=True, db_default=True)
    disabled_reason = models.CharField(max_length=255, blank=True, db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )

    class Meta:
        db_table = "webhook_endpoints"
        db_table_comment = "Addresses that hear of what happens in the shop"
        constraints = (
            models.UniqueConstraint(fields=["url"], name="webhook_endpoints_url_unique"),
            models.CheckConstraint(
                condition=Q(url__regex=r"^https?://[^/]"), name="webhook_endpoints_url_is_web"
            ),
            models.CheckConstraint(
                condition=Q(topics__len__gt=0), name="webhook_endpoints_topics_not_empty"
            ),
            models.CheckConstraint(
                condition=~Q(sealed_secret=""), name="webhook_endpoints_secret_not_empty"
            ),
        )

    def __str__(self) -> str:
        return self.url


class DeliveryStatus(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(Stateful):
    """A message on its way to one address, with what came of the last try."""

    Status = DeliveryStatus

    # Staff may send again what was given up, or what got lost at the other end.
    TRANSITIONS: ClassVar = {
        Status.PENDING: {Status.DELIVERED, Status.FAILED},
        Status.FAILED: {Status.PENDING},
        Status.DELIVERED: {Status.PENDING},
    }

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.RESTRICT, related_name="deliveries", db_index=False
    )
    message = models.ForeignKey(OutboxMessage, on_delete=models.RESTRICT, related_name="deliveries")
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    attempts = models.IntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    response_status = models.SmallIntegerField(null=True, blank=True)
    response_body = models.CharField(max_length=1000, blank=True, db_default="")
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=255, blank=True, db_default="")

    class Meta:
        db_table = "webhook_deliveries"
        db_table_comment = "Messages on their way to webhook endpoints"
        constraints = (
            one_of("status", DeliveryStatus, table="webhook_deliveries"),
            models.UniqueConstraint(
                fields=["endpoint", "message"], name="webhook_deliveries_message_unique"
            ),
            models.CheckConstraint(
                condition=Q(attempts__gte=0), name="webhook_deliveries_attempts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(response_status=None) | Q(response_status__range=(100, 599)),
                name="webhook_deliveries_response_status_in_range",
            ),
            models.CheckConstraint(
                condition=~Q(status="delivered") | Q(delivered_at__isnull=False),
                name="webhook_deliveries_delivered_has_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"],
                condition=Q(status="pending"),
                name="webhook_deliveries_due_idx",
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_deliveries_log_idx"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.status}"
