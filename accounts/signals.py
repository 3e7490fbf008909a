"""The facts accounts announces."""

from django.dispatch import Signal

account_closed = Signal()
"""Somebody's account was closed for good (user_id)."""

logged_in = Signal()
"""Somebody came in with the guest's cart of this token, or None (user_id, cart_token).

The one fact that is told at once, not by a worker: the next page must show the cart of both.
"""

email_verified = Signal()
"""Somebody proved to read the mails of their address (user_id)."""
