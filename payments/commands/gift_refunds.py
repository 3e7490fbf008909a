"""Money that goes back onto gift cards.

What gift cards paid goes back to them before a provider is asked for anything: otherwise a card
could be turned into cash by buying and returning.
"""

from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from orders import commands as orders
from orders.models import Order
from payments.commands.gift_ledger import book, locked_card
from payments.commands.gift_mails import tell_refunded
from payments.commands.refunds import note_money
from payments.models import GiftCard, GiftCardTransaction, Refund
from payments.queries import bought_with
from shopflow.lib.transactions import command

Move = GiftCardTransaction.Type


@command
def refund_to_cards(
    *, order_id: UUID, amount: Decimal, reason: str, by: UUID | None = None
) -> Decimal:
    """Give back what an order's gift cards paid, up to an amount; return how much it was.

    0 when no card paid, or all is back already. In the order's currency.
    """
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    left = amount
    for card_id, paid in _still_paid(order_id):
        back = min(paid, left)
        if back <= 0:
            break
        card = locked_card(card_id)
        book(card, Move.REFUND, back, order_id=order_id, reason=reason, by=by)
        tell_refunded(card, back)
        left -= back
    if left != amount:
        finish(order_id=order_id, by=by)
    return amount - left


@command
def return_all(*, order_id: UUID) -> None:
    """Give back all that gift cards paid for a cancelled order, and take back what was bought.

    Safe to repeat.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    if order.status != Order.Status.CANCELLED:
        return
    refund_to_cards(order_id=order_id, amount=order.amount_paid, reason="Order cancelled")
    for card_id in bought_with(order_id).filter(is_active=True).values_list("pk", flat=True):
        _take_back(locked_card(card_id), order_id)


def finish(*, order_id: UUID, by: UUID | None = None) -> None:
    """Write down on an order what came and went, and that all of it went back if so."""
    note_money(order_id)
    if not Refund.objects.filter(order=order_id, status=Refund.Status.PENDING).exists():
        orders.mark_refunded(order_id=order_id, by=by)
        orders.want_papers(order_id=order_id)


def _still_paid(order_id: UUID) -> list[tuple[UUID, Decimal]]:
    """Return what each card still pays for an order, by key as cards are locked."""
    moves = GiftCardTransaction.objects.filter(order=order_id, type__in=[Move.REDEEM, Move.REFUND])
    sums = moves.order_by().values("gift_card").annotate(left=-Sum("amount_change"))
    found = sums.filter(left__gt=0).order_by("gift_card")
    return list(found.values_list("gift_card", "left"))


def _take_back(card: GiftCard, order_id: UUID) -> None:
    if card.available > 0:
        change = -card.available
        book(card, Move.ADJUSTMENT, change, order_id=order_id, reason="Its order was cancelled")
    card.is_active = False
    card.save(update_fields=["is_active", "updated_at"])
