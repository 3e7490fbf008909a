"""What gift cards tell the pages of orders below them."""

from typing import Any

from django import template

from orders.models import Order
from payments import queries

register = template.Library()


@register.inclusion_tag("payments/_of_order.html")
def gift_cards_of_order(order: Order) -> dict[str, Any]:
    """Show what gift cards paid for an order and got back; one query."""
    return {"order": order, "moves": queries.spent_on(order.pk)}
