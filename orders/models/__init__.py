"""The sale."""

from orders.models.details import (
    OrderAddress,
    OrderDiscountLine,
    OrderStatusHistory,
    OrderTaxLine,
)
from orders.models.orders import Order, OrderItem, OrderQuerySet
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
