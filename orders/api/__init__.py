"""Orders for mobile clients."""

from orders.api.orders import CheckoutViewSet, OrderViewSet, OwnOrderViewSet, PdfRenderer
from orders.api.shipments import StaffShipmentViewSet

__all__ = [
    "CheckoutViewSet",
    "OrderViewSet",
    "OwnOrderViewSet",
    "PdfRenderer",
    "StaffShipmentViewSet",
]
