"""Answers about gift cards: what they pay for an order, what is left on one, what is to be done."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Now

from orders.models import Order, OrderItem
from payments.errors import GiftCardNotFound
from payments.models import GiftCard, GiftCardHold, GiftCardTransaction, Payment
from payments.models.gift_codes import digest, is_well_formed
from shopflow.lib.mail import reads_for_mails
from shopflow.lib.money import ZERO

# Orders whose gift cards are to be made: their money came, a promise isn't enough.
PAID = Q(
    status__in=["confirmed", "processing", "shipped", "delivered"],
    payment_status__in=["paid", "partially_refunded"],
)
Move = GiftCardTransaction.Type


def card_of(code: str) -> GiftCard:
    """Return the card of a code with its history; raises GiftCardNotFound."""
    card = None
    if is_well_formed(code):
        cards = GiftCard.objects.prefetch_related("transactions")
        card = cards.filter(code_hash=digest(code)).first()
    if card is None:
        raise GiftCardNotFound
    return card


def cards_of(user_id: UUID) -> "QuerySet[GiftCard]":
    """Return the gift cards somebody keeps in their account, newest first."""
    return GiftCard.objects.filter(user=user_id).order_by("-id")


def money_of(order_id: UUID) -> tuple[Decimal, Decimal]:
    """Return what came for an order and what of it went back, from payments and gift cards.

    What is still on its way back counts as gone. In the order's currency.
    """
    payments = Payment.objects.filter(order=order_id).aggregate(
        paid=Sum("amount_captured", default=ZERO), refunded=Sum("amount_refunded", default=ZERO)
    )
    cards = GiftCardTransaction.objects.filter(order=order_id).aggregate(
        paid=Sum("amount_change", filter=Q(type=Move.REDEEM), default=ZERO),
        refunded=Sum("amount_change", filter=Q(type=Move.REFUND), default=ZERO),
    )
    return payments["paid"] - cards["paid"], payments["refunded"] + cards["refunded"]


def holds_on(order_id: UUID) -> "QuerySet[GiftCardHold]":
    """Return what gift cards keep for an unpaid order."""
    held = GiftCardHold.objects.filter(order=order_id, status=GiftCardHold.Status.HELD)
    return held.select_related("gift_card")


def held_on(order_id: UUID) -> Decimal:
    """Return how much gift cards keep for an unpaid order, in its currency."""
    held: Decimal = holds_on(order_id).aggregate(all=Sum("amount", default=ZERO))["all"]
    return held


def to_charge(order: Order) -> Decimal:
    """Return what a provider has to charge for an unpaid order: its gift cards pay the rest."""
    charge: Decimal = order.total - held_on(order.pk)
    return charge


def spent_on(order_id: UUID) -> "QuerySet[GiftCardTransaction]":
    """Return what gift cards paid for an order and got back."""
    moves = GiftCardTransaction.objects.filter(order=order_id).select_related("gift_card")
    return moves.order_by("id")


def bought_with(order_id: UUID) -> "QuerySet[GiftCard]":
    """Return the gift cards that were bought with an order."""
    return GiftCard.objects.filter(order_item__order=order_id).order_by("id")


def unissued_orders(limit: int) -> list[UUID]:
    """Return paid orders with gift cards that aren't made yet."""
    lines = OrderItem.objects.filter(
        gift_cards__isnull=False, unit_price__gt=0, order__in=Order.objects.filter(PAID)
    )
    short = lines.annotate(made=Count("gift_cards_made")).filter(made__lt=F("quantity"))
    return list(short.order_by().values_list("order", flat=True).distinct()[:limit])


def cards_to_send(limit: int) -> list[UUID]:
    """Return gift cards whose day to be mailed has come."""
    due = GiftCard.objects.filter(sent_at=None, send_at__lte=Now(), is_active=True)
    return list(due.order_by("send_at").values_list("pk", flat=True)[:limit])


@reads_for_mails("payments")
def read_for_mails(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return who sent a card, to whom, and what they wrote; what was erased is told no more."""
    codes = [digest(facts["code"])] if "code" in facts else []
    card = GiftCard.objects.filter(code_hash__in=codes).first()
    if card is None:
        return {}
    return {"sender": card.sender_name, "name": card.recipient_name, "message": card.message}


def unreleased_orders() -> "QuerySet[Any, Any]":
    """Return closed orders for which gift cards still keep money."""
    held = GiftCardHold.objects.filter(
        status=GiftCardHold.Status.HELD, order__status=Order.Status.CANCELLED
    )
    return held.order_by().values_list("order_id", flat=True)


def unreturned_orders() -> "QuerySet[Any, Any]":
    """Return cancelled orders that gift cards paid for and didn't get back."""
    moves = GiftCardTransaction.objects.filter(
        order__status=Order.Status.CANCELLED, type__in=[Move.REDEEM, Move.REFUND]
    )
    left = moves.order_by().values("order_id").annotate(left=Sum("amount_change"))
    return left.filter(left__lt=0).values_list("order_id", flat=True)
