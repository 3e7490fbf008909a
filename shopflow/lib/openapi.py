"""How the API is described: the settings of drf-spectacular."""

from typing import Any

SETTINGS: dict[str, Any] = {
    "TITLE": "ShopFlow API",
    "DESCRIPTION": "The shop for mobile clients. Errors are RFC 9457 problem documents.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "APPEND_COMPONENTS": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "orders.models.orders.OrderStatus",
        "OrderPaymentStatus": "orders.models.orders.OrderPaymentStatus",
        "OrderFulfilmentStatus": "orders.models.orders.OrderFulfilmentStatus",
        "ShipmentStatus": "orders.models.shipments.ShipmentStatus",
    },
}
