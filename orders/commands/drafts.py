"""Phone orders: what staff wrote for a customer is placed, and the customer gets a link to pay."""

from dataclasses import fields
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from carts import commands as carts
from carts.queries import answers_of, written_by_staff
from orders.commands.place import Address, place_order
from orders.errors import DraftNotFound
from orders.models import Order
from shopflow.lib.transactions import command


@command
def place_draft(*, cart_id: UUID, expected_total: Decimal, by: UUID) -> Order:
    """Place a draft for its customer, who gets a mail with a link to pay within PAYMENT_LINK_LIFE.

    Priced and refused as every order is: it must still cost `expected_total`. Raises DraftNotFound
    and what `place_order` raises.
    """
    draft = written_by_staff().filter(pk=cart_id, closed_at=None).first()
    if draft is None:
        raise DraftNotFound
    answers = answers_of(cart_id)
    parts = {field.name: answers.get(field.name, "") for field in fields(Address)}
    method = answers.get("shipping_method")
    order = place_order(
        cart_id=cart_id,
        email=draft.email,
        shipping_address=Address(**parts),
        billing_address=None,
        shipping_method_id=UUID(method) if method else None,
        expected_total=expected_total,
        user_id=draft.user_id,
        note=answers.get("note", ""),
        by=by,
        hold_for=settings.PAYMENT_LINK_LIFE,
    )
    carts.name_draft(cart_id=cart_id, name=order.order_number)
    return order
