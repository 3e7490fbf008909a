"""Gift cards and unpaid orders: money kept for an order, spent when it is paid, or let go.

Locks as everywhere: the order, its payment, then cards by key.
"""

from decimal import Decimal
from uuid import UUID

from orders import commands as orders
from orders.errors import OrderNotFound
from orders.models import Order
from payments.commands.gift_ledger import book, locked_card, promise
from payments.commands.gift_mails import tell_used
from payments.errors import (
    GiftCardEmpty,
    GiftCardNotFound,
    GiftCardNotUsable,
    NothingLeftToPay,
    OrderNotPayable,
    PaymentUnderWay,
)
from payments.models import GiftCard, GiftCardHold, GiftCardTransaction, Payment
from payments.models.gift_codes import digest
from payments.queries import held_on, holds_on
from shopflow.lib.money import ZERO
from shopflow.lib.transactions import command

Status = GiftCardHold.Status


@command
def hold(*, order_id: UUID, code: str) -> GiftCardHold:
    """Keep as much of a gift card for an unpaid order as it still costs.

    Raises OrderNotFound, OrderNotPayable, PaymentUnderWay, GiftCardNotFound, GiftCardNotUsable,
    GiftCardEmpty, NothingLeftToPay. A card that is on the order stays as it is. Safe to repeat.
    """
    order = _payable(order_id)
    card = GiftCard.objects.select_for_update(no_key=True).filter(code_hash=digest(code)).first()
    if card is None:
        raise GiftCardNotFound
    if (there := holds_on(order_id).filter(gift_card=card).first()) is not None:
        return there
    if not card.is_usable or card.currency != order.currency:
        raise GiftCardNotUsable
    missing = order.total - held_on(order_id)
    if missing <= 0:
        raise NothingLeftToPay
    amount = min(card.available, missing)
    if amount <= 0:
        raise GiftCardEmpty
    promise(card, amount)
    return GiftCardHold.objects.create(order=order, gift_card=card, amount=amount)


@command
def let_go(*, order_id: UUID, hold_id: UUID) -> None:
    """Take a gift card off an unpaid order; its other cards pay more where they can.

    Raises OrderNotFound, OrderNotPayable, PaymentUnderWay. Safe to repeat.
    """
    order = _payable(order_id)
    row = holds_on(order_id).filter(pk=hold_id).first()
    if row is None:
        return
    _lock_cards(order_id)
    promise(locked_card(row.gift_card_id), -row.amount)
    row.move_to(Status.REMOVED)
    missing = order.total - held_on(order_id)
    for other in holds_on(order_id).order_by("gift_card"):
        missing -= _extend(other, missing)


@command
def release(*, order_id: UUID) -> None:
    """Let go of what gift cards keep for a closed order. Safe to repeat."""
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    if order.status != Order.Status.CANCELLED:
        return
    for row in holds_on(order_id).order_by("gift_card"):
        promise(locked_card(row.gift_card_id), -row.amount)
        row.move_to(Status.RELEASED)


@command
def take_again(*, order_id: UUID) -> None:
    """Keep money once more for an order that expired and is paid late after all.

    Raises GiftCardEmpty, GiftCardNotUsable when it was used up, or blocked, in the meantime.
    """
    released = GiftCardHold.objects.filter(order=order_id, status=Status.RELEASED)
    for row in released.order_by("gift_card"):
        card = locked_card(row.gift_card_id)
        if not card.is_usable:
            raise GiftCardNotUsable
        promise(card, row.amount)
        row.move_to(Status.HELD)


@command
def spend(*, order_id: UUID, wanted: Decimal) -> Decimal:
    """Take so much off the gift cards of an order, or all they keep for it if that is less.

    Returns how much; what isn't wanted is free again. In the order's currency. Safe to repeat.
    """
    left = wanted
    for row in holds_on(order_id).order_by("gift_card"):
        card = locked_card(row.gift_card_id)
        promise(card, -row.amount)
        taken = min(row.amount, left)
        if taken <= 0:
            row.move_to(Status.RELEASED)
            continue
        book(card, GiftCardTransaction.Type.REDEEM, -taken, order_id=order_id)
        row.move_to(Status.SPENT, amount=taken)
        tell_used(card, taken, order_id=order_id)
        left -= taken
    return wanted - left


@command
def settle(*, order_id: UUID) -> bool:
    """Pay an order with its gift cards alone, when they cover it; return whether it is so paid.

    Raises OrderNotFound. Safe to repeat.
    """
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    if not order.is_payable:
        return _was_settled(order)
    if order.total <= 0 or held_on(order_id) != order.total:
        return False
    orders.confirm(order_id=order_id, amount=spend(order_id=order_id, wanted=order.total))
    return True


def _payable(order_id: UUID) -> Order:
    """Return the order under its lock, if what a provider is to charge may still change."""
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    if not order.is_payable:
        raise OrderNotPayable
    if Payment.objects.live().filter(order=order).exists():
        raise PaymentUnderWay
    return order


def _lock_cards(order_id: UUID) -> None:
    """Lock all cards of an order at once, by key: one after the other could meet another order."""
    cards = GiftCard.objects.filter(pk__in=holds_on(order_id).values("gift_card"))
    list(cards.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _extend(row: GiftCardHold, missing: Decimal) -> Decimal:
    """Let a card that pays already pay more; return how much."""
    card = locked_card(row.gift_card_id)
    more = min(card.available, missing) if card.is_usable else ZERO
    if more > 0:
        promise(card, more)
        row.amount += more
        row.save(update_fields=["amount", "updated_at"])
    return max(more, ZERO)


def _was_settled(order: Order) -> bool:
    is_paid = order.status not in {Order.Status.PENDING, Order.Status.CANCELLED}
    return (
        is_paid
        and not Payment.objects.filter(order=order, amount_captured__gt=0).exists()
        and (GiftCardHold.objects.filter(order=order, status=Status.SPENT).exists())
    )
