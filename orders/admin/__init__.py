"""The staff site's pages of the sale."""

from orders.admin.orders import InvoiceAdmin, OrderAdmin
from orders.admin.returns import OrderReturnAdmin

__all__ = ["InvoiceAdmin", "OrderAdmin", "OrderReturnAdmin"]
