from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from orders.models import (
    Invoice,
    Order,
    OrderAddress,
    OrderChange,
    OrderItem,
    OrderNote,
    OrderReturn,
    OrderShipment,
)
from orders.signals import order_claimed
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

# What carries a copy of the order's person, by which row-level security shows it.
COPIES: tuple[type[Model], ...] = (
    OrderItem,
    OrderAddress,
    OrderShipment,
    OrderChange,
    OrderNote,
    OrderReturn,
    Invoice,
)


@command
def claim_orders(*, user_id: UUID, limit: int = 100) -> list[UUID]:
    """Give somebody the orders placed as a guest with their verified e-mail; return which.

    At most `limit`, and none that somebody works on: the sweep comes back for those. Links of
    guests go on working. Only a worker sees orders that are nobody's. Safe to repeat.
    """
    user = User.objects.filter(pk=user_id, email_verified=True, is_active=True).first()
    if user is None:
        return []
    guests = Order.objects.select_for_update(no_key=True, skip_locked=True).of_guest(user.email)
    ids = list(guests.order_by("pk").values_list("pk", flat=True)[:limit])
    facts: dict[str, Any] = {"user": user_id, "updated_at": timezone.now()}
    Order.objects.filter(pk__in=ids).update(**facts)
    for model in COPIES:
        model._default_manager.filter(order__in=ids).update(**facts)
    for order_id in ids:
        announce(order_claimed, order_id=order_id)
    return ids
