from typing import ClassVar

from django.db import models
from django.db.models import Q

from payments.models.payments import Payment
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Stateful, iso_currency, one_of


class DisputeStatus(models.TextChoices):
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    ACCEPTED = "accepted"


DISPUTE_OVER = (DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.ACCEPTED)


class Dispute(Stateful):
    """A card holder who asks the bank for the money of a payment back; the bank decides."""

    Status = DisputeStatus

    TRANSITIONS: ClassVar = {
        Status.NEEDS_RESPONSE: {
            Status.UNDER_REVIEW,
            Status.WON,
            Status.LOST,
            Status.ACCEPTED,
        },
        Status.UNDER_REVIEW: {Status.NEEDS_RESPONSE, Status.WON, Status.LOST, Status.ACCEPTED},
    }

    payment = models.ForeignKey(Payment, on_delete=models.RESTRICT, related_name="disputes")
    provider = models.CharField(max_length=30)
    provider_dispute_id = models.CharField(max_length=100)
    reason = models.CharField(max_length=50, blank=True, db_default="")
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    status = models.CharField(
        max_length=20,
        choices=Status.choices,
        default=Status.NEEDS_RESPONSE,
        db_default=Status.NEEDS_RESPONSE,
    )
    opened_at = models.DateTimeField()
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    evidence_sent_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "disputes"
        db_table_comment = "Payments that card holders dispute at their bank"
        constraints = (
            one_of("status", DisputeStatus, table="disputes"),
            iso_currency(table="disputes"),
            models.UniqueConstraint(
                fields=["provider", "provider_dispute_id"], name="disputes_provider_id_unique"
            ),
            models.CheckConstraint(
                condition=~Q(provider_dispute_id=""), name="disputes_provider_id_not_empty"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="disputes_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=DISPUTE_OVER, closed_at__isnull=False)
                | (~Q(status__in=DISPUTE_OVER) & Q(closed_at=None)),
                name="disputes_over_has_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["evidence_due_at"], condition=Q(closed_at=None), name="disputes_open_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_dispute_id}"
