"""What happened to an order after it was placed: its steps, its edits, what people noted."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from orders.models.moves import OrderStatus
from orders.models.orders import Order
from shopflow.lib.fields import MoneyField
from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact, Row, Stateful, one_of


class OrderStatusHistory(Fact):
    """One step of an order's life. Never changed or deleted."""

    order = models.ForeignKey(
        Order, on_delete=models.RESTRICT, related_name="history", db_index=False
    )
    from_status = models.CharField(max_length=20, blank=True, db_default="")
    to_status = models.CharField(max_length=20)
    notes = models.CharField(max_length=255, blank=True, db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )

    class Meta:
        db_table = "order_status_history"
        db_table_comment = "Steps of orders, append-only"
        verbose_name_plural = "order status history"
        ordering = ("id",)
        constraints = (
            AppendOnly(name="order_status_history_append_only", erasable=["notes"]),
            models.CheckConstraint(
                condition=Q(to_status__in=OrderStatus.values), name="order_status_history_to_known"
            ),
            models.CheckConstraint(
                condition=Q(from_status__in=["", *OrderStatus.values])
                & ~Q(from_status=F("to_status")),
                name="order_status_history_from_known",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(from_status=""), name="order_status_history_one_start"
            ),
        )
        indexes = (models.Index(fields=["order", "id"], name="order_status_history_idx"),)

    def __str__(self) -> str:
        return f"{self.from_status or '·'} → {self.to_status}"


class OrderChangeSubject(models.TextChoices):
    LINES = "lines"
    SHIPPING_ADDRESS = "shipping_address"
    BILLING_ADDRESS = "billing_address"
    SHIPPING_METHOD = "shipping_method"
    CONTACT = "contact"


class OrderChangeStatus(models.TextChoices):
    PROPOSED = "proposed"
    APPLIED = "applied"
    DISCARDED = "discarded"


class OrderChange(Stateful):
    """An edit of an order before it ships: proposed with its price difference, then applied.

    `difference` is what the order costs more (or, below zero, less) by it, in the order's
    currency. The lines as sold stay as they were.
    """

    Subject = OrderChangeSubject
    Status = OrderChangeStatus

    TRANSITIONS: ClassVar = {Status.PROPOSED: {Status.APPLIED, Status.DISCARDED}}

    order = models.ForeignKey(
        Order, on_delete=models.RESTRICT, related_name="changes", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    what = models.CharField(max_length=20, choices=Subject.choices)
    old_values = models.JSONField(default=dict, db_default={})
    new_values = models.JSONField(default=dict, db_default={})
    difference = MoneyField(default=Decimal(0), db_default=Decimal(0))
    reason = models.CharField(max_length=255, blank=True, db_default="")
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.PROPOSED, db_default=Status.PROPOSED
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when its money is on its way back"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )

    class Meta:
        db_table = "order_changes"
        db_table_comment = "Edits of orders before they ship"
        constraints = (
            one_of("what", OrderChangeSubject, table="order_changes"),
            one_of("status", OrderChangeStatus, table="order_changes"),
            models.CheckConstraint(
                condition=Q(status="applied", applied_at__isnull=False)
                | (~Q(status="applied") & Q(applied_at=None)),
                name="order_changes_applied_has_time",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(status="applied"),
                name="order_changes_settled_is_applied",
            ),
            models.CheckConstraint(
                condition=~Q(old_values=F("new_values")), name="order_changes_something_changes"
            ),
            # A second proposal would be priced on an order that the first one changes.
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status="proposed"),
                name="order_changes_one_proposed",
            ),
        )
        indexes = (
            models.Index(fields=["order", "id"], name="order_changes_order_idx"),
            models.Index(
                fields=["applied_at"],
                condition=Q(status="applied", settled_at=None),
                name="order_changes_unsettled_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.status}"


class OrderNote(Row):
    """Something somebody wrote down about an order; by default only staff read it."""

    order = models.ForeignKey(
        Order, on_delete=models.RESTRICT, related_name="notes", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    text = models.TextField()
    is_shown_to_shopper = models.BooleanField(default=False, db_default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )

    class Meta:
        db_table = "order_notes"
        db_table_comment = "Notes on orders, for staff or for the shopper too"
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="order_notes_text_not_empty"),
        )
        indexes = (models.Index(fields=["order", "id"], name="order_notes_order_idx"),)

    def __str__(self) -> str:
        return self.text[:50]
