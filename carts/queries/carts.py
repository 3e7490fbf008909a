import hashlib
from uuid import UUID

from django.db.models import Sum

from carts.models import Cart

LONGEST_TOKEN = 128


def find_cart(*, user_id: UUID | None = None, token: str | None = None) -> Cart | None:
    """Return the open cart of a user, or of the guest who holds the token."""
    if user_id is not None:
        return Cart.objects.open().filter(user=user_id, created_by=None).first()
    if token and len(token) <= LONGEST_TOKEN:
        return Cart.objects.open().filter(token_hash=token_hash(token)).first()
    return None


def count_items(*, user_id: UUID | None = None, token: str | None = None) -> int:
    """Return how many units are in the caller's open cart."""
    cart = find_cart(user_id=user_id, token=token)
    if cart is None:
        return 0
    return cart.items.aggregate(units=Sum("quantity"))["units"] or 0


def token_hash(token: str) -> str:
    """Return what is stored of a guest's cart token."""
    return hashlib.sha256(token.encode()).hexdigest()
