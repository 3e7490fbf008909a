"""Money on its way back, and for which goods."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from orders.models import Order, OrderItem, OrderReturn
from payments.models.disputes import Dispute
from payments.models.payments import Payment
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, Stateful, iso_currency, one_of


class RefundStatus(models.TextChoices):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Refund(Stateful):
    """Money on its way back. Written first, then asked of the provider with its id as the key."""

    Status = RefundStatus

    TRANSITIONS: ClassVar = {Status.PENDING: {Status.SUCCEEDED, Status.FAILED}}

    payment = models.ForeignKey(Payment, on_delete=models.RESTRICT, related_name="refunds")
    order = models.ForeignKey(
        Order,
        on_delete=models.RESTRICT,
        related_name="refunds",
        help_text="Copy of the payment's, for row-level security",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    order_return = models.ForeignKey(
        OrderReturn, null=True, blank=True, on_delete=models.RESTRICT, related_name="refunds"
    )
    dispute = models.ForeignKey(
        Dispute,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="refunds",
        db_index=False,
        help_text="The bank took the money: nobody asks the provider to",
    )
    amount = MoneyField()
    shipping_amount = MoneyField(
        default=Decimal(0), db_default=Decimal(0), help_text="How much of it is for shipping"
    )
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=255, blank=True, db_default="")
    restock = models.BooleanField(
        default=False, db_default=False, help_text="The goods of its lines are sold again"
    )
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    idempotency_key = models.CharField(max_length=64)
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
            iso_currency(table="refunds"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refunds_amount_positive"),
            models.CheckConstraint(
                condition=Q(shipping_amount__gte=0, shipping_amount__lte=F("amount")),
                name="refunds_shipping_at_most_amount",
            ),
            models.CheckConstraint(
                condition=Q(attempts__gte=0), name="refunds_attempts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(status="succeeded", succeeded_at__isnull=False)
                | (~Q(status="succeeded") & Q(succeeded_at=None)),
                name="refunds_succeeded_has_time",
            ),
            models.CheckConstraint(
                condition=Q(dispute=None) | Q(status="succeeded"),
                name="refunds_disputed_is_gone",
            ),
            models.UniqueConstraint(fields=["dispute"], name="refunds_dispute_once"),
            models.UniqueConstraint(
                fields=["idempotency_key"], name="refunds_idempotency_key_unique"
            ),
            models.UniqueConstraint(
                fields=["payment", "provider_refund_id"],
                condition=~Q(provider_refund_id=""),
                name="refunds_provider_id_unique",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], condition=Q(status="pending"), name="refunds_due_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.status}"


class RefundItem(Row):
    """So many units of an order line that a refund gives money back for, and how much of it."""

    refund = models.ForeignKey(
        Refund, on_delete=models.RESTRICT, related_name="items", db_index=False
    )
    order_item = models.ForeignKey(
        OrderItem, on_delete=models.RESTRICT, related_name="refund_items"
    )
    quantity = models.IntegerField()
    restocked = models.IntegerField(
        default=0, db_default=0, help_text="How many of them went on sale again"
    )
    amount = MoneyField(default=Decimal(0), db_default=Decimal(0))

    class Meta:
        db_table = "refund_items"
        db_table_comment = "Order lines in refunds"
        constraints = (
            models.UniqueConstraint(fields=["refund", "order_item"], name="refund_items_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="refund_items_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(restocked__gte=0, restocked__lte=F("quantity")),
                name="refund_items_restocked_within_quantity",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="refund_items_amount_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_item_id}"
