from dataclasses import dataclass
from uuid import UUID

from carts import commands as carts
from carts.errors import CartTooLarge, QuantityOutOfRange, UnknownVariant
from orders.errors import NothingToReorder, OrderNotFound
from orders.models import Order, OrderItem
from shopflow.lib.transactions import command


@dataclass(frozen=True)
class Reordered:
    """The cart, a guest's token where it was made for them, and the lines that aren't in it."""

    cart_id: UUID
    token: str | None
    missing: list[OrderItem]


@command
def reorder(*, order_id: UUID, user_id: UUID | None, token: str | None) -> Reordered:
    """Put what was bought into the cart of a user or of a guest's token, at today's prices.

    What isn't sold any more, or doesn't fit into the cart, is left out and named. Raises
    OrderNotFound; NothingToReorder where nothing is left, and then there is no new cart.
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    opened = carts.open_cart(user_id=user_id, token=token)
    items = list(order.items.filter(kind=OrderItem.Kind.SALE).order_by("id"))
    missing = [item for item in items if not _is_added(item, opened.cart.pk)]
    if len(missing) == len(items):
        raise NothingToReorder
    is_new = opened.token is not None and opened.token != token
    return Reordered(opened.cart.pk, opened.token if is_new else None, missing)


def _is_added(item: OrderItem, cart_id: UUID) -> bool:
    # Each of these is raised before anything is written.
    try:
        carts.add_line(cart_id=cart_id, variant_id=item.variant_id, quantity=item.quantity)
    except (UnknownVariant, QuantityOutOfRange, CartTooLarge):
        return False
    return True
