"""Orders for mobile clients."""

from orders.api.orders import CheckoutViewSet, OrderViewSet, OwnOrderViewSet, PdfRenderer
from orders.api.returns import ReturnViewSet, WithdrawalViewSet

__all__ = [
    "CheckoutViewSet",
    "OrderViewSet",
    "OwnOrderViewSet",
    "PdfRenderer",
    "ReturnViewSet",
    "WithdrawalViewSet",
]
