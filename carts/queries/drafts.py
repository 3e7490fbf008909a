from collections.abc import Mapping
from uuid import UUID

from carts.models import CheckoutDraft


def draft_of(cart_id: UUID) -> Mapping[str, str]:
    """Return what was typed at the checkout of a cart, by the names of the form's fields."""
    found = CheckoutDraft.objects.filter(cart=cart_id).values_list("answers", flat=True).first()
    return found or {}
