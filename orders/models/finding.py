from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from inventory.models import InventoryReservation
from orders.models.moves import OrderStatus

if TYPE_CHECKING:
    from orders.models.orders import Order  # noqa: F401 - what the rows are, for mypy


class OrderQuerySet(models.QuerySet["Order"]):
    def with_details(self) -> "OrderQuerySet":
        """Everything an order page shows, in a fixed number of queries."""
        return self.prefetch_related(
            "items",
            "addresses",
            "tax_lines",
            "discount_lines",
            "shipments__items__order_item",
            "shipments__events",
        )

    def of_guest(self, email: str) -> "OrderQuerySet":
        """Orders placed without an account under a (folded) e-mail."""
        return self.alias(folded=Lower("customer_email")).filter(user=None, folded=email)

    def overdue(self) -> "OrderQuerySet":
        """Unpaid orders whose held stock, or whose time to pay without any, is past."""
        held = InventoryReservation.objects.filter(status="held")
        past = held.filter(expires_at__lt=Now()).values("order")
        late = timezone.now() - settings.PAYMENT_WINDOW
        holds_nothing = Q(placed_at__lt=late) & ~Exists(held.filter(order=OuterRef("pk")))
        return self.filter(Q(pk__in=past) | holds_nothing, status=OrderStatus.PENDING)
