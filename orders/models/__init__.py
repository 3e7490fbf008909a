"""The sale."""

from orders.models.orders import (
    Order,
    OrderAddress,
    OrderDiscountLine,
    OrderItem,
    OrderQuerySet,
    OrderStatusHistory,
    OrderTaxLine,
)
from orders.models.shipments import OrderShipment, OrderShipmentItem

__all__ = [
    "Order",
    "OrderAddress",
    "OrderDiscountLine",
    "OrderItem",
    "OrderQuerySet",
    "OrderShipment",
    "OrderShipmentItem",
    "OrderStatusHistory",
    "OrderTaxLine",
]
