"""Orders for mobile clients."""

from orders.api.orders import CheckoutViewSet, OrderViewSet, OwnOrderViewSet, PdfRenderer
from orders.api.returns import ReturnViewSet, WithdrawalViewSet
from orders.api.shipments import StaffShipmentViewSet

__all__ = [
    "CheckoutViewSet",
    "OrderViewSet",
    "OwnOrderViewSet",
    "PdfRenderer",
    "ReturnViewSet",
    "StaffShipmentViewSet",
    "WithdrawalViewSet",
]
