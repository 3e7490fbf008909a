"""The facts orders announce."""

from django.dispatch import Signal

order_cancelled = Signal()
"""An order was cancelled or expired (order_id): whoever holds money for it gives it back."""

return_received = Signal()
"""Goods came back, or a claim was accepted (return_id): what is due for them is given back."""

order_paid = Signal()
"""An order was paid for in full (order_id): what was bought for mail can go out."""
order_lessened = Signal()
"""Units were taken out of a paid order (order_id): whoever holds their money gives it back."""

order_claimed = Signal()
"""A guest's order became somebody's (order_id): what stands above follows."""

papers_wanted = Signal()
"""An invoice or a credit note is to be issued for an order (order_id)."""

papers_issued = Signal()
"""An invoice or a credit note was issued (invoice_id): it can be drawn."""
