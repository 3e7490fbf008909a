"""Gift cards in tests: given by the shop, or bought like anything else."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from carts import commands as carts
from catalog.models import ProductVariant
from orders.models import Order
from payments import commands
from payments.models import GiftCard
from tests import factories

Said = Mapping[str, str]
NOBODY: Said = {}


def given(amount: str = "50.00", **facts: Any) -> tuple[GiftCard, str]:
    """A card of so much and its code."""
    return commands.issue_card(amount=Decimal(amount), reason="for a test", **facts)


def money_on(card: GiftCard) -> tuple[Decimal, Decimal]:
    """What is on a card, and how much of that is held for orders."""
    card.refresh_from_db()
    return card.balance, card.held


def on_sale(price: str = "25.00") -> ProductVariant:
    """A gift card in the shop's window."""
    return factories.variant_on_sale(
        price=price, stock=0, is_gift_card=True, tax_class="gift_card", name="Gift card"
    )


def bought(*, quantity: int = 1, price: str = "25.00", said: Said = NOBODY) -> Order:
    """A paid order of gift cards alone; another card paid for it."""
    order = ordered(quantity=quantity, price=price, said=said)
    commands.add_gift_card(order_id=order.pk, code=given("500.00")[1])
    commands.settle(order_id=order.pk)
    order.refresh_from_db()
    return order


def ordered(*, quantity: int = 1, price: str = "25.00", said: Said = NOBODY) -> Order:
    """An unpaid order of gift cards alone."""
    cart = carts.open_cart().cart
    carts.add_line(cart_id=cart.pk, variant_id=on_sale(price).pk, quantity=quantity, gift_card=said)
    return factories.check_out(cart)
