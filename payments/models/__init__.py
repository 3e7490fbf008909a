"""The money of a sale."""

from payments.models.events import PaymentEvent
from payments.models.payments import Payment, Refund

__all__ = ["Payment", "PaymentEvent", "Refund"]
