"""The ledger of gift cards: a balance moves only here, together with its row."""

from decimal import Decimal
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from payments.errors import GiftCardEmpty
from payments.models import GiftCard, GiftCardTransaction


def locked_card(card_id: UUID) -> GiftCard:
    """Return a card, read again under its lock."""
    card: GiftCard = GiftCard.objects.select_for_update(no_key=True).get(pk=card_id)
    return card


def promise(card: GiftCard, amount: Decimal) -> None:
    """Keep money of a card for an order; a negative amount lets go of it. Raises GiftCardEmpty.

    One conditional UPDATE: checking first and writing later would promise it twice.
    """
    enough = GiftCard.objects.filter(pk=card.pk, balance__gte=F("held") + amount)
    if not enough.update(held=F("held") + amount, updated_at=timezone.now()):
        raise GiftCardEmpty
    card.held += amount


def book(
    card: GiftCard,
    move: str,
    change: Decimal,
    *,
    order_id: UUID | None = None,
    reason: str = "",
    by: UUID | None = None,
) -> GiftCardTransaction:
    """Move money on or off a locked card, and write it into the ledger. Raises GiftCardEmpty.

    What orders hold stays theirs: only the rest can be taken off.
    """
    enough = GiftCard.objects.filter(pk=card.pk, balance__gte=F("held") - change)
    if not enough.update(balance=F("balance") + change, updated_at=timezone.now()):
        raise GiftCardEmpty
    card.balance += change
    return GiftCardTransaction.objects.create(
        gift_card=card,
        order_id=order_id,
        type=move,
        amount_change=change,
        balance_after=card.balance,
        reason=reason[:100],
        created_by_id=by,
    )
