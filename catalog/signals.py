"""The facts the catalogue announces."""

from django.dispatch import Signal

product_deleted = Signal()
"""A product left the shop for good (product_id): whoever meant to buy it no longer can."""

products_saved = Signal()
"""Products were made or changed (product_ids)."""

category_renamed = Signal()
"""A category has another name, or stands elsewhere (category_id)."""

stock_turned = Signal()
"""Products sold out or came back (product_ids)."""

attributes_changed = Signal()
"""Lists are narrowed by other attributes than before."""
