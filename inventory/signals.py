"""The facts inventory announces."""

from django.dispatch import Signal

stock_moved = Signal()
"""Units of variants were promised, given back, shipped or counted (variant_ids)."""
