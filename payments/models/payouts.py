"""What providers pay out to the shop's bank, line by line, to be matched with our books."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from payments.models.disputes import Dispute
from payments.models.payments import Payment
from payments.models.refunds import Refund
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, Stateful, iso_currency, one_of


class PayoutStatus(models.TextChoices):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"


class Payout(Stateful):
    """Money a provider sent to the shop's bank, or took back from it (below zero)."""

    Status = PayoutStatus

    # A bank may send back what it had booked.
    TRANSITIONS: ClassVar = {
        Status.PENDING: {Status.PAID, Status.FAILED},
        Status.PAID: {Status.FAILED},
    }

    provider = models.CharField(max_length=30)
    provider_payout_id = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    amount = MoneyField()
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    arrives_on = models.DateField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    reconciled_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when its lines add up and all are known to us"
    )

    class Meta:
        db_table = "payouts"
        db_table_comment = "What providers paid out to the shop's bank"
        constraints = (
            one_of("status", PayoutStatus, table="payouts"),
            iso_currency(table="payouts"),
            models.UniqueConstraint(
                fields=["provider", "provider_payout_id"], name="payouts_provider_id_unique"
            ),
            models.CheckConstraint(
                condition=~Q(provider_payout_id=""), name="payouts_provider_id_not_empty"
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") | Q(paid_at__isnull=False), name="payouts_paid_has_time"
            ),
        )
        indexes = (models.Index(fields=["-created_at", "-id"], name="payouts_created_at_idx"),)

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_payout_id}"


class PayoutLineType(models.TextChoices):
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    FEE = "fee"
    ADJUSTMENT = "adjustment"


class PayoutLine(Row):
    """One booking of the provider inside a payout, in the payout's currency.

    `amount` is what moved (a refund is below zero), `fee` what the provider kept of it. A charge,
    refund or dispute that names nothing of ours is one for staff to look at.
    """

    Type = PayoutLineType

    payout = models.ForeignKey(
        Payout, on_delete=models.RESTRICT, related_name="lines", db_index=False
    )
    provider_line_id = models.CharField(max_length=100)
    type = models.CharField(max_length=10, choices=Type.choices)
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.RESTRICT, related_name="payout_lines"
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.RESTRICT, related_name="payout_lines"
    )
    dispute = models.ForeignKey(
        Dispute, null=True, blank=True, on_delete=models.RESTRICT, related_name="payout_lines"
    )
    amount = MoneyField()
    fee = MoneyField(default=Decimal(0), db_default=Decimal(0))
    net = models.GeneratedField(
        expression=F("amount") - F("fee"), output_field=MoneyField(), db_persist=True
    )
    description = models.CharField(max_length=255, blank=True, db_default="")

    class Meta:
        db_table = "payout_lines"
        db_table_comment = "Bookings inside payouts"
        constraints = (
            one_of("type", PayoutLineType, table="payout_lines"),
            models.UniqueConstraint(
                fields=["payout", "provider_line_id"], name="payout_lines_provider_id_unique"
            ),
            models.CheckConstraint(
                condition=(Q(payment=None) | Q(type="charge"))
                & (Q(refund=None) | Q(type="refund"))
                & (Q(dispute=None) | Q(type="dispute")),
                name="payout_lines_names_what_it_is",
            ),
        )
        indexes = (
            models.Index(
                fields=["id"],
                condition=Q(type="charge", payment=None)
                | Q(type="refund", refund=None)
                | Q(type="dispute", dispute=None),
                name="payout_lines_unmatched_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.amount}"

    @property
    def is_matched(self) -> bool:
        """Whether it is about nothing of ours, or about something we know."""
        subjects = {
            self.Type.CHARGE: self.payment_id,
            self.Type.REFUND: self.refund_id,
            self.Type.DISPUTE: self.dispute_id,
        }
        return subjects.get(self.Type(self.type), True) is not None
