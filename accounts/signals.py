"""The facts accounts announces."""

from django.dispatch import Signal

account_closed = Signal()
"""Somebody's account was closed for good (user_id)."""
