"""What payments tell a page of the orders below them."""

from typing import Any

from django import template

from orders.models import Order
from payments.queries import payments_of

register = template.Library()


@register.inclusion_tag("admin/payments/_of_order.html")
def money_of_order(order: Order) -> dict[str, Any]:
    """Show the attempts to pay an order, their refunds, and what is still on its way back."""
    payments = list(payments_of(order.pk))
    is_cancelled = order.status == Order.Status.CANCELLED
    kept = order.amount_paid - order.amount_refunded
    return {
        "order": order,
        "payments": payments,
        # A moment only: the worker writes the refund down.
        "refund_expected": kept if is_cancelled and kept > 0 else None,
    }
