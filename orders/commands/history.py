from uuid import UUID

from orders.errors import OrderNotFound
from orders.models import Order, OrderStatusHistory


def locked(order_id: UUID) -> Order:
    """Return the order, read again under its lock; raises OrderNotFound."""
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    return order


def step(
    order: Order, status: str, *, by: UUID | None = None, notes: str = "", **facts: object
) -> None:
    """Move a locked order to a status and write the step into its history."""
    before = order.status
    order.move_to(status, **facts)
    record(order, before=before, by=by, notes=notes)


def record(order: Order, *, before: str, by: UUID | None = None, notes: str = "") -> None:
    """Write the step an order has just made into its history."""
    OrderStatusHistory.objects.create(
        order=order,
        from_status=before,
        to_status=order.status,
        created_by_id=by,
        notes=notes[:255],
    )
