"""How far a sale may go: the statuses of an order and the moves between them."""

from collections.abc import Mapping, Set

from django.db import models
from django.db.models import F, Q

from shopflow.lib.rows import Row


class OrderStatus(models.TextChoices):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


EXPIRED = "expired"
MOVES: Mapping[str, Set[str]] = {
    OrderStatus.PENDING: {OrderStatus.CONFIRMED, OrderStatus.CANCELLED},
    OrderStatus.CONFIRMED: {
        OrderStatus.PROCESSING,
        OrderStatus.CANCELLED,
        OrderStatus.REFUNDED,
    },
    OrderStatus.PROCESSING: {OrderStatus.SHIPPED, OrderStatus.CANCELLED, OrderStatus.REFUNDED},
    OrderStatus.SHIPPED: {OrderStatus.DELIVERED, OrderStatus.REFUNDED},
    OrderStatus.DELIVERED: {OrderStatus.REFUNDED},
    # Only for an order that expired and whose late payment found stock again: `reopen`.
    OrderStatus.CANCELLED: {OrderStatus.CONFIRMED},
}
# Moves that are legal for one `cancel_reason` only.
ONLY_IF_REASON: Mapping[tuple[str, str], str] = {
    (OrderStatus.CANCELLED, OrderStatus.CONFIRMED): EXPIRED,
}


class OrderStatusTransition(Row):
    """A legal move of an order's status, as the database's own guard reads it.

    Written from MOVES after every migrate; `only_if_reason` is the `cancel_reason` an order must
    have to make the move, empty for any.
    """

    from_status = models.CharField(max_length=20, choices=OrderStatus.choices)
    to_status = models.CharField(max_length=20, choices=OrderStatus.choices)
    only_if_reason = models.CharField(max_length=100, blank=True, db_default="")

    class Meta:
        db_table = "order_status_transitions"
        db_table_comment = "Legal moves of orders; the trigger orders_status_move_legal reads them"
        constraints = (
            models.UniqueConstraint(
                fields=["from_status", "to_status"], name="order_status_transitions_unique"
            ),
            models.CheckConstraint(
                condition=Q(from_status__in=OrderStatus.values, to_status__in=OrderStatus.values)
                & ~Q(from_status=F("to_status")),
                name="order_status_transitions_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
