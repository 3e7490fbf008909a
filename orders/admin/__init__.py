"""Orders and their papers, as staff see them."""

from orders.admin.drafts import DraftAdmin
from orders.admin.orders import OrderAdmin
from orders.admin.papers import InvoiceAdmin

__all__ = ["DraftAdmin", "InvoiceAdmin", "OrderAdmin"]
