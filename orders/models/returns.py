"""Goods that come back."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalog.models import ProductVariant
from orders.models.items import OrderItem
from orders.models.orders import Order
from shopflow.lib.rows import Row, Stateful, one_of


class ReturnKind(models.TextChoices):
    RETURN = "return"
    EXCHANGE = "exchange"
    CLAIM = "claim"
    WITHDRAWAL = "withdrawal"


class ReturnStatus(models.TextChoices):
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    CLOSED = "closed"


class ReturnResolution(models.TextChoices):
    REFUND = "refund"
    GIFT_CARD = "gift_card"
    EXCHANGE = "exchange"
    REPLACEMENT = "replacement"
    SENT_BACK = "sent_back"


class ReturnReason(models.TextChoices):
    UNWANTED = "unwanted"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_AS_DESCRIBED = "not_as_described"
    DAMAGED = "damaged"
    DEFECTIVE = "defective"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"
    LATE = "late"
    WITHDRAWAL = "withdrawal"
    OTHER = "other"


RETURN_OVER = (ReturnStatus.DECLINED, ReturnStatus.CANCELLED, ReturnStatus.CLOSED)


class OrderReturn(Stateful):
    """Goods of one order that a shopper sends back: asked for, allowed, received, settled.

    A claim for goods that never arrived is closed without anything being received.
    """

    Kind = ReturnKind
    Status = ReturnStatus
    Resolution = ReturnResolution

    TRANSITIONS: ClassVar = {
        Status.REQUESTED: {Status.APPROVED, Status.DECLINED, Status.CANCELLED},
        Status.APPROVED: {
            Status.PARTIALLY_RECEIVED,
            Status.RECEIVED,
            Status.CANCELLED,
            Status.CLOSED,
        },
        Status.PARTIALLY_RECEIVED: {Status.PARTIALLY_RECEIVED, Status.RECEIVED, Status.CLOSED},
        Status.RECEIVED: {Status.CLOSED},
    }

    order = models.ForeignKey(
        Order, on_delete=models.RESTRICT, related_name="returns", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    return_number = models.CharField(max_length=40, help_text="What the shopper writes on the box")
    kind = models.CharField(
        max_length=10, choices=Kind.choices, default=Kind.RETURN, db_default=Kind.RETURN
    )
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.REQUESTED, db_default=Status.REQUESTED
    )
    comment = models.TextField(blank=True, db_default="", help_text="The shopper's words")
    decision = models.CharField(
        max_length=255, blank=True, db_default="", help_text="Why it was allowed or not"
    )
    resolution = models.CharField(
        max_length=20, choices=Resolution.choices, blank=True, db_default=""
    )
    carrier = models.CharField(max_length=50, blank=True, db_default="")
    tracking_number = models.CharField(max_length=100, blank=True, db_default="")
    replacement = models.ForeignKey(
        Order,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="replaces",
        db_index=False,
        help_text="The order that sends what is wanted instead",
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="Empty: a guest",
    )

    class Meta:
        db_table = "order_returns"
        db_table_comment = "Goods that come back, from the request to the settlement"
        constraints = (
            one_of("kind", ReturnKind, table="order_returns"),
            one_of("status", ReturnStatus, table="order_returns"),
            models.CheckConstraint(
                condition=Q(resolution__in=["", *ReturnResolution.values]),
                name="order_returns_resolution_known",
            ),
            models.UniqueConstraint(fields=["return_number"], name="order_returns_number_unique"),
            models.CheckConstraint(
                condition=~Q(return_number=""), name="order_returns_number_not_empty"
            ),
            models.UniqueConstraint(
                fields=["replacement"], name="order_returns_replacement_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "declined", "cancelled"])
                | Q(approved_at__isnull=False),
                name="order_returns_approved_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["partially_received", "received"])
                | Q(received_at__isnull=False),
                name="order_returns_received_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RETURN_OVER, closed_at__isnull=False)
                | (~Q(status__in=RETURN_OVER) & Q(closed_at=None)),
                name="order_returns_over_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | ~Q(resolution=""),
                name="order_returns_closed_has_resolution",
            ),
        )
        indexes = (
            models.Index(fields=["order", "id"], name="order_returns_order_idx"),
            models.Index(
                fields=["status", "id"],
                condition=Q(closed_at=None),
                name="order_returns_waiting_idx",
            ),
        )

    def __str__(self) -> str:
        return self.return_number

    @property
    def is_open(self) -> bool:
        return self.status not in RETURN_OVER

    @property
    def is_awaited(self) -> bool:
        """Whether goods may come: the label says where to."""
        return self.status in {self.Status.APPROVED, self.Status.PARTIALLY_RECEIVED}

    @property
    def can_be_called_off(self) -> bool:
        """A withdrawal ended the contract: it stays."""
        is_early = self.status in {self.Status.REQUESTED, self.Status.APPROVED}
        return is_early and self.kind != self.Kind.WITHDRAWAL

    @property
    def can_be_replaced(self) -> bool:
        """Whether what is wanted instead can be sent: for a claim, before anything comes back."""
        if self.resolution == self.Resolution.EXCHANGE:
            return self.status in {self.Status.PARTIALLY_RECEIVED, self.Status.RECEIVED}
        is_allowed = self.is_open and self.status != self.Status.REQUESTED
        return is_allowed and self.resolution == self.Resolution.REPLACEMENT


class OrderReturnItem(Row):
    """So many units of an order line in a return: how many came, and are they sold again?"""

    Reason = ReturnReason

    order_return = models.ForeignKey(
        OrderReturn, on_delete=models.RESTRICT, related_name="items", db_index=False
    )
    order_item = models.ForeignKey(
        OrderItem, on_delete=models.RESTRICT, related_name="return_items"
    )
    quantity = models.IntegerField()
    quantity_received = models.IntegerField(default=0, db_default=0)
    quantity_settled = models.IntegerField(
        default=0, db_default=0, help_text="Whose money, or replacement, is on its way"
    )
    reason = models.CharField(max_length=20, choices=Reason.choices)
    restock = models.BooleanField(
        null=True, blank=True, help_text="Empty: not decided; no: the goods can't be sold again"
    )
    condition_note = models.CharField(max_length=255, blank=True, db_default="")
    wanted_variant = models.ForeignKey(
        ProductVariant,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="What an exchange sends instead",
    )

    class Meta:
        db_table = "order_return_items"
        db_table_comment = "Order lines in returns"
        constraints = (
            one_of("reason", ReturnReason, table="order_return_items"),
            models.UniqueConstraint(
                fields=["order_return", "order_item"], name="order_return_items_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="order_return_items_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(quantity_received__gte=0, quantity_received__lte=F("quantity")),
                name="order_return_items_received_in_range",
            ),
            models.CheckConstraint(
                condition=Q(quantity_settled__gte=0, quantity_settled__lte=F("quantity")),
                name="order_return_items_settled_in_range",
            ),
            models.CheckConstraint(
                condition=Q(restock=None) | Q(quantity_received__gt=0),
                name="order_return_items_restock_after_receipt",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_item_id}"

    @property
    def quantity_awaited(self) -> int:
        return self.quantity - self.quantity_received
