"""The facts orders announce."""

from django.dispatch import Signal

order_cancelled = Signal()
"""An order was cancelled or expired (order_id): whoever holds money for it gives it back."""

order_claimed = Signal()
"""A guest's order became somebody's (order_id): what stands above follows."""
