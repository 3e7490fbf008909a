"""The facts payments announces."""

from django.dispatch import Signal

event_received = Signal()
"""A provider's event lies in the inbox (event_id)."""

refund_asked = Signal()
"""A refund waits to be sent to the provider (refund_id)."""
