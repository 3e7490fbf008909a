from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from orders.models import Order
from payments.models.methods import UserPaymentMethod, expiry_in_range
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Stateful, iso_currency, one_of


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
# Attempts that brought money; all others brought none.
CAPTURED = (
    PaymentStatus.CAPTURED,
    PaymentStatus.PARTIALLY_REFUNDED,
    PaymentStatus.REFUNDED,
    PaymentStatus.DISPUTED,
)


class PaymentMethodType(models.TextChoices):
    CARD = "card"
    WALLET = "wallet"
    BANK_TRANSFER = "bank_transfer"
    PAY_LATER = "pay_later"
    CASH = "cash"
    OTHER = "other"


class PaymentQuerySet(models.QuerySet["Payment"]):
    def live(self) -> "PaymentQuerySet":
        """Attempts that may still bring money."""
        return self.filter(status__in=LIVE)


class Payment(Stateful):
    """One attempt to pay an order. Its id is the provider's idempotency key."""

    Status = PaymentStatus
    MethodType = PaymentMethodType

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
        Status.CAPTURED: {Status.PARTIALLY_REFUNDED, Status.REFUNDED, Status.DISPUTED},
        Status.PARTIALLY_REFUNDED: {
            Status.PARTIALLY_REFUNDED,
            Status.REFUNDED,
            Status.CAPTURED,
            Status.DISPUTED,
        },
        Status.REFUNDED: {Status.PARTIALLY_REFUNDED, Status.CAPTURED, Status.DISPUTED},
        # While the bank decides; refunds that were on their way still succeed or fail.
        Status.DISPUTED: {
            Status.DISPUTED,
            Status.PARTIALLY_REFUNDED,
            Status.REFUNDED,
            Status.CAPTURED,
        },
    }

    order = models.ForeignKey(
        Order, on_delete=models.RESTRICT, related_name="payments", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    provider = models.CharField(max_length=30)
    payment_method = models.ForeignKey(
        UserPaymentMethod,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="payments",
        help_text="Empty: none was remembered",
    )
    method_type = models.CharField(
        max_length=20, choices=MethodType.choices, blank=True, db_default=""
    )
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    amount_captured = MoneyField(default=Decimal(0), db_default=Decimal(0))
    amount_refunded = MoneyField(default=Decimal(0), db_default=Decimal(0))
    provider_payment_id = models.CharField(max_length=100, blank=True, db_default="")
    # Addresses of Stripe's pages are that long.
    redirect_url = models.URLField(max_length=2000, blank=True, db_default="")
    keeps_card = models.BooleanField(
        default=False, db_default=False, help_text="The shopper wants the card to be kept"
    )
    capture_asked = MoneyField(
        null=True, blank=True, help_text="How much of the authorized money is being taken"
    )
    card_brand = models.CharField(max_length=20, blank=True, db_default="")
    card_last_four = models.CharField(max_length=4, blank=True, db_default="")
    card_exp_month = models.SmallIntegerField(null=True, blank=True)
    card_exp_year = models.SmallIntegerField(null=True, blank=True)
    failure_code = models.CharField(max_length=50, blank=True, db_default="")
    failure_reason = models.CharField(max_length=255, blank=True, db_default="")
    idempotency_key = models.CharField(max_length=64)
    attempted_at = models.DateTimeField(db_default=Now())
    captured_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PaymentQuerySet.as_manager()

    class Meta:
        db_table = "payments"
        db_table_comment = "Attempts to pay orders"
        permissions = (
            ("refund_payment", "Can send money back"),
            ("capture_payment", "Can take authorized money, or let it go"),
        )
        constraints = (
            one_of("status", PaymentStatus, table="payments"),
            models.CheckConstraint(
                condition=Q(method_type__in=["", *PaymentMethodType.values]),
                name="payments_method_type_known",
            ),
            iso_currency(table="payments"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_amount_positive"),
            models.CheckConstraint(
                condition=Q(amount_refunded__gte=0, amount_refunded__lte=F("amount_captured")),
                name="payments_refunded_at_most_captured",
            ),
            models.CheckConstraint(
                condition=Q(amount_captured__lte=F("amount")),
                name="payments_captured_at_most_amount",
            ),
            models.CheckConstraint(
                condition=Q(capture_asked=None)
                | Q(capture_asked__gt=0, capture_asked__lte=F("amount")),
                name="payments_capture_asked_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(status__in=CAPTURED, amount_captured__gt=0)
                | (~Q(status__in=CAPTURED) & Q(amount_captured=0)),
                name="payments_captured_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(status="captured", amount_refunded=0)
                | Q(
                    status="partially_refunded",
                    amount_refunded__gt=0,
                    amount_refunded__lt=F("amount_captured"),
                )
                | Q(status="refunded", amount_refunded=F("amount_captured"))
                | ~Q(status__in=["captured", "partially_refunded", "refunded"]),
                name="payments_refunded_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(amount_captured=0) | Q(captured_at__isnull=False),
                name="payments_captured_has_time",
            ),
            expiry_in_range("payments", month="card_exp_month", year="card_exp_year"),
            models.UniqueConstraint(
                fields=["idempotency_key"], name="payments_idempotency_key_unique"
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
        indexes = (
            models.Index(fields=["order", "status"], name="payments_order_status_idx"),
            models.Index(fields=["status", "created_at"], name="payments_status_created_idx"),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.amount} {self.currency}"
