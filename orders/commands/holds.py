"""How long an unpaid order holds its stock."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone

from inventory import commands as inventory
from orders.commands.history import locked
from orders.models import Order
from shopflow.lib.transactions import command


@command
def extend_hold(*, order_id: UUID) -> Order:
    """Hold the stock of an unpaid order for PAYMENT_WINDOW from now: somebody is paying it.

    Never longer than LONGEST_PAYMENT_WINDOW after the order was placed: trying again and again
    keeps nothing from other shoppers. Any other order stays as it is. Safe to repeat.
    """
    order = locked(order_id)
    if order.is_payable:
        most = order.placed_at + settings.LONGEST_PAYMENT_WINDOW
        until = min(timezone.now() + settings.PAYMENT_WINDOW, most)
        inventory.extend(order_id=order_id, until=until)
    return order
