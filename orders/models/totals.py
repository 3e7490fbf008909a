"""The rules of amounts that a sale and the documents about it share."""

from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, Value, When

from shopflow.lib.fields import MoneyField


def not_negative(*, table: str) -> models.CheckConstraint:
    """Return the named CHECK that no part of a total, nor the total itself, is below zero."""
    parts = ("subtotal", "discount_total", "shipping_cost", "tax", "total")
    return models.CheckConstraint(
        condition=Q(**{f"{part}__gte": 0 for part in parts}),
        name=f"{table}_amounts_not_negative",
    )


def adds_up(*, table: str) -> models.CheckConstraint:
    """Return the named CHECK that the total is its parts; a tax inside the prices adds nothing."""
    zero = Value(Decimal(0), output_field=MoneyField())
    tax_on_top = Case(
        When(prices_include_tax=True, then=zero), default=F("tax"), output_field=MoneyField()
    )
    return models.CheckConstraint(
        condition=Q(total=F("subtotal") - F("discount_total") + F("shipping_cost") + tax_on_top),
        name=f"{table}_total_adds_up",
    )
