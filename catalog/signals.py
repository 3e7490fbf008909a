"""The facts the catalogue announces."""

from django.dispatch import Signal

product_deleted = Signal()
"""A product left the shop for good (product_id): whoever meant to buy it no longer can."""
