"""What else a sale is, beside its status: how far paid, how far shipped, why without tax."""

from django.db import models

from orders.models.moves import OrderStatus

# What still wants somebody's attention.
OPEN = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PROCESSING,
    OrderStatus.SHIPPED,
)


class OrderPaymentStatus(models.TextChoices):
    UNPAID = "unpaid"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


class OrderFulfilmentStatus(models.TextChoices):
    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    RETURNED = "returned"


class TaxExemption(models.TextChoices):
    """Why a sale bears no tax, as `carts.queries.Exemption` says it."""

    REVERSE_CHARGE = "reverse_charge", "VAT reverse charge"
    CUSTOMER = "customer", "Tax-exempt customer"
