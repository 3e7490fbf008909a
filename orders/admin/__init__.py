"""The staff site's pages of the sale."""

from orders.admin.drafts import DraftAdmin
from orders.admin.orders import OrderAdmin
from orders.admin.papers import InvoiceAdmin
from orders.admin.returns import OrderReturnAdmin

__all__ = ["DraftAdmin", "InvoiceAdmin", "OrderAdmin", "OrderReturnAdmin"]
