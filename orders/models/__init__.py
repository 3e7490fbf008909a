"""The sale."""

from orders.models.details import OrderAddress, OrderDiscountLine, OrderTaxLine
from orders.models.finding import OrderQuerySet
from orders.models.history import OrderChange, OrderNote, OrderStatusHistory
from orders.models.invoices import Invoice, InvoiceCounter
from orders.models.items import OrderItem
from orders.models.moves import OrderStatusTransition
from orders.models.orders import Order
from orders.models.returns import OrderReturn, OrderReturnItem
from orders.models.shipments import OrderShipment, OrderShipmentEvent, OrderShipmentItem

__all__ = [
    "Invoice",
    "InvoiceCounter",
    "Order",
    "OrderAddress",
    "OrderChange",
    "OrderDiscountLine",
    "OrderItem",
    "OrderNote",
    "OrderQuerySet",
    "OrderReturn",
    "OrderReturnItem",
    "OrderShipment",
    "OrderShipmentEvent",
    "OrderShipmentItem",
    "OrderStatusHistory",
    "OrderStatusTransition",
    "OrderTaxLine",
]
