"""What clients see of the sale, and what they send."""

from orders.serializers.orders import (
    AddressBody,
    CancellationBody,
    CheckoutAnswerSerializer,
    CheckoutBody,
    CheckoutRefusalSerializer,
    OrderCardSerializer,
    OrderSerializer,
)
from orders.serializers.returns import ReturnBody, ReturnSerializer, WithdrawalBody
from orders.serializers.shipments import ShipmentBody, ShipmentEventBody, ShipmentSerializer

__all__ = [
    "AddressBody",
    "CancellationBody",
    "CheckoutAnswerSerializer",
    "CheckoutBody",
    "CheckoutRefusalSerializer",
    "OrderCardSerializer",
    "OrderSerializer",
    "ReturnBody",
    "ReturnSerializer",
    "ShipmentBody",
    "ShipmentEventBody",
    "ShipmentSerializer",
    "WithdrawalBody",
]
