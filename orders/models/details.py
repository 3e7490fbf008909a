"""What stands beside an order and its lines: addresses, taxes, discounts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.models.orders import Order
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row


class AddressType(models.TextChoices):
    SHIPPING = "shipping"
    BILLING = "billing"


class OrderAddress(Row):
    """Where an order goes, or who is billed, as written at checkout."""

    Type = AddressType

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="addresses", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    address_type = models.CharField(max_length=10, choices=Type.choices)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    company = models.CharField(max_length=100, blank=True, db_default="")
    address_line_1 = models.CharField(max_length=255)
    address_line_2 = models.CharField(max_length=255, blank=True, db_default="")
    city = models.CharField(max_length=100)
    state = models.CharField(max_length=100, blank=True, db_default="")
    postal_code = models.CharField(max_length=20, blank=True, db_default="")
    country_code = models.CharField(max_length=2)
    phone = models.CharField(max_length=20, blank=True, db_default="")

    class Meta:
        db_table = "order_addresses"
        db_table_comment = "Addresses of orders, as written at checkout"
        constraints = (
            models.UniqueConstraint(
                fields=["order", "address_type"], name="order_addresses_type_unique"
            ),
            models.CheckConstraint(
                condition=Q(address_type__in=["shipping", "billing"]),
                name="order_addresses_type_known",
            ),
            models.CheckConstraint(
                condition=Q(country_code__regex=r"^[A-Z]{2}$"), name="order_addresses_country_iso"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}, {self.city}"


class OrderTaxLine(Row):
    """One tax of an order: which rate, on how much, makes how much."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="tax_lines")
    name = models.CharField(max_length=100)
    tax_class = models.CharField(max_length=30)
    rate = models.DecimalField(max_digits=7, decimal_places=6)
    taxable = MoneyField()
    amount = MoneyField()

    class Meta:
        db_table = "order_tax_lines"
        db_table_comment = "Taxes of orders"
        constraints = (
            models.CheckConstraint(
                condition=Q(taxable__gte=0, amount__gte=0, rate__gte=0),
                name="order_tax_lines_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.amount}"


class OrderDiscountLine(Row):
    """One discount of an order: what it was for and how much it took off."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="discount_lines")
    code = models.CharField(max_length=50, blank=True, db_default="")
    description = models.CharField(max_length=255)
    amount = MoneyField()

    class Meta:
        db_table = "order_discount_lines"
        db_table_comment = "Discounts of orders"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="order_discount_lines_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.description} {self.amount}"
