"""Orders and their papers, as staff see them."""

from orders.admin.orders import OrderAdmin
from orders.admin.papers import InvoiceAdmin

__all__ = ["InvoiceAdmin", "OrderAdmin"]
