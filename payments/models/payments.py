from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from orders.models import Order
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Stateful, one_of


class PaymentStatus(models.TextChoices):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    VOIDED = "voided"
    DISPUTED = "disputed"


LIVE = (PaymentStatus.PENDING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.AUTHORIZED)


class PaymentQuerySet(models.QuerySet["Payment"]):
    def live(self) -> "PaymentQuerySet":
        """Attempts that may still bring money."""
        return self.filter(status__in=LIVE)


class Payment(Stateful):
    """One attempt to pay an order. Its id is the provider's idempotency key."""

    Status = PaymentStatus

    TRANSITIONS: ClassVar = {
        Status.PENDING: {
            Status.REQUIRES_ACTION,
            Status.AUTHORIZED,
            Status.CAPTURED,
            Status.FAILED,
            Status.VOIDED,
        },
        Status.REQUIRES_ACTION: {
            Status.AUTHORIZED,
            Status.CAPTURED,
            Status.FAILED,
            Status.VOIDED,
        },
        Status.AUTHORIZED: {Status.CAPTURED, Status.FAILED, Status.VOIDED},
        # The provider has the last word: money can still arrive after we gave up on it.
        Status.FAILED: {Status.AUTHORIZED, Status.CAPTURED},
        Status.VOIDED: {Status.CAPTURED},
        Status.CAPTURED: {Status.PARTIALLY_REFUNDED, Status.REFUNDED},
        Status.PARTIALLY_REFUNDED: {Status.PARTIALLY_REFUNDED, Status.REFUNDED, Status.CAPTURED},
        Status.REFUNDED: {Status.PARTIALLY_REFUNDED, Status.CAPTURED},
    }

    order = models.ForeignKey(Order, on_delete=models.RESTRICT, related_name="payments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    provider = models.CharField(max_length=30)
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    amount_captured = MoneyField(default=Decimal(0), db_default=Decimal(0))
    amount_refunded = MoneyField(default=Decimal(0), db_default=Decimal(0))
    provider_payment_id = models.CharField(max_length=100, blank=True, db_default="")
    redirect_url = models.URLField(max_length=500, blank=True, db_default="")
    card_brand = models.CharField(max_length=20, blank=True, db_default="")
    card_last_four = models.CharField(max_length=4, blank=True, db_default="")
    failure_code = models.CharField(max_length=50, blank=True, db_default="")
    failure_reason = models.CharField(max_length=255, blank=True, db_default="")
    idempotency_key = models.CharField(max_length=64, unique=True)
    attempted_at = models.DateTimeField(db_default=Now())
    captured_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PaymentQuerySet.as_manager()

    class Meta:
        db_table = "payments"
        db_table_comment = "Attempts to pay orders"
        constraints = (
            one_of("status", PaymentStatus, table="payments"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_amount_positive"),
            models.CheckConstraint(
                condition=Q(amount_refunded__gte=0, amount_refunded__lte=F("amount_captured")),
                name="payments_refunded_at_most_captured",
            ),
            models.CheckConstraint(
                condition=Q(amount_captured__lte=F("amount")),
                name="payments_captured_at_most_amount",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_payment_id"],
                condition=~Q(provider_payment_id=""),
                name="payments_provider_id_unique",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status__in=["pending", "requires_action", "authorized"]),
                name="payments_one_live_per_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.amount} {self.currency}"


class RefundStatus(models.TextChoices):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Refund(Stateful):
    """Money on its way back. Written first, then asked of the provider with its id as the key."""

    Status = RefundStatus

    TRANSITIONS: ClassVar = {Status.PENDING: {Status.SUCCEEDED, Status.FAILED}}

    payment = models.ForeignKey(Payment, on_delete=models.RESTRICT, related_name="refunds")
    order = models.ForeignKey(Order, on_delete=models.RESTRICT, related_name="refunds")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=255, blank=True, db_default="")
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    idempotency_key = models.CharField(max_length=64, unique=True)
    provider_refund_id = models.CharField(max_length=100, blank=True, db_default="")
    attempts = models.IntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    last_error = models.CharField(max_length=255, blank=True, db_default="")
    succeeded_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )

    class Meta:
        db_table = "refunds"
        db_table_comment = "Money on its way back"
        constraints = (
            one_of("status", RefundStatus, table="refunds"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refunds_amount_positive"),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], condition=Q(status="pending"), name="refunds_due_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.status}"
