from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from carts.models import Cart, CheckoutDraft


def written_by_staff() -> "QuerySet[Cart]":
    """Return the carts that staff write for customers; a sent one is named by its order."""
    return Cart.objects.filter(created_by__isnull=False)


def answers_of(cart_id: UUID) -> Mapping[str, str]:
    """Return what is known about address and delivery of a cart that staff write."""
    found = CheckoutDraft.objects.filter(cart=cart_id).values_list("answers", flat=True).first()
    return found or {}
