"""Gift cards: made when they are bought or given, mailed on their day, blocked and corrected."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from orders.errors import OrderNotFound
from orders.models import Order, OrderItem
from payments.commands.gift_ledger import book, locked_card
from payments.commands.gift_mails import tell_card
from payments.commands.gift_refunds import finish
from payments.errors import (
    GiftCardNotFound,
    GiftCardNotUsable,
    InvalidGiftCard,
    RefundTooMuch,
)
from payments.models import GiftCard, GiftCardTransaction
from payments.models.gift_codes import digest, is_well_formed, last_four, new_code
from payments.queries import PAID
from shopflow.lib.errors import InvalidInput
from shopflow.lib.money import round_money
from shopflow.lib.transactions import command

MOST = Decimal(10_000)
MORNING = time(8, tzinfo=UTC)
Move = GiftCardTransaction.Type


@command
def issue_bought(*, order_id: UUID) -> list[UUID]:
    """Make the gift cards of a paid order, one for each unit, and return those made now.

    Nobody knows their codes yet: sending makes them. Safe to repeat.
    """
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    if not Order.objects.filter(PAID, pk=order_id).exists():
        return []
    lines = order.items.filter(gift_cards__isnull=False, unit_price__gt=0)
    return [card_id for line in lines for card_id in _cards_of(order, line)]


@command
def send_card(*, card_id: UUID) -> None:
    """Mail a card to whom it is for, with a code made now, once its day has come.

    Without an address it comes to who ordered it, as a card that was bought for nobody else.
    A card that was sent, or is blocked, stays as it is. Safe to repeat.
    """
    card = locked_card(card_id)
    is_due = card.send_at is not None and card.send_at <= timezone.now()
    if card.sent_at is None and is_due and card.is_active:
        _send(card)


@command
def resend_card(*, card_id: UUID, by: UUID | None = None) -> None:
    """Mail a card again with a new code; the old one opens nothing any more.

    Raises GiftCardNotUsable for a blocked one, InvalidGiftCard without an address.
    """
    card = locked_card(card_id)
    if not card.is_active:
        raise GiftCardNotUsable
    if not card.recipient_email:
        raise InvalidGiftCard("There is no address to mail this card to.")
    _send(card)


@command
def issue_card(
    *,
    amount: Decimal,
    reason: str,
    by: UUID | None = None,
    recipient_email: str = "",
    expires_at: datetime | None = None,
) -> tuple[GiftCard, str]:
    """Give a gift card of so much, in the shop's currency; return it and its code.

    The code is nowhere else but in the mail, if there is an address. Raises InvalidGiftCard.
    """
    _check(amount, recipient_email)
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidGiftCard("A gift card ends in the future.")
    code = new_code()
    card = GiftCard.objects.create(
        **_code_columns(code),
        currency=settings.DEFAULT_CURRENCY,
        initial_amount=amount,
        recipient_email=recipient_email.strip(),
        expires_at=expires_at,
        created_by_id=by,
    )
    book(card, Move.ISSUE, amount, reason=reason, by=by)
    if card.recipient_email:
        _mail(card, code)
    return card, code


@command
def issue_credit(
    *, order_id: UUID, amount: Decimal, reason: str, by: UUID | None = None
) -> GiftCard:
    """Give part of an order's money back as a gift card, mailed to whoever ordered.

    The card's first row in the ledger is a refund of the order: the money counts as gone back,
    no provider is asked. In the order's currency. Raises OrderNotFound, InvalidGiftCard,
    RefundTooMuch.
    """
    _check(amount, "")
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    if amount > order.amount_paid - order.amount_refunded:
        raise RefundTooMuch
    code = new_code()
    card = GiftCard.objects.create(
        **_code_columns(code),
        currency=order.currency,
        initial_amount=amount,
        recipient_email=order.customer_email,
        user_id=order.user_id,
        created_by_id=by,
    )
    book(card, Move.REFUND, amount, order_id=order_id, reason=reason, by=by)
    _mail(card, code, language=order.language)
    finish(order_id=order_id, by=by)
    return card


@command
def block_card(*, card_id: UUID) -> GiftCard:
    """Let a card pay for nothing more; what orders hold of it stays theirs. Safe to repeat."""
    return _switch(card_id, is_active=False)


@command
def unblock_card(*, card_id: UUID) -> GiftCard:
    """Let a blocked card pay again. Safe to repeat."""
    return _switch(card_id, is_active=True)


@command
def adjust_card(*, card_id: UUID, change: Decimal, reason: str, by: UUID | None = None) -> GiftCard:
    """Put money on a card, or take it off (below 0), in the card's currency.

    Raises InvalidGiftCard, GiftCardEmpty when so much isn't on it, or is held for orders.
    """
    if not change.is_finite() or not 0 < abs(change) <= MOST or change != round_money(change):
        raise InvalidGiftCard
    card = locked_card(card_id)
    book(card, Move.ADJUSTMENT, change, reason=reason, by=by)
    return card


@command
def keep_card(*, user_id: UUID, code: str) -> GiftCard:
    """Keep a card in somebody's account, who knows its code. Raises GiftCardNotFound.

    Another's account that kept it before has it no longer. Safe to repeat.
    """
    card = None
    if is_well_formed(code):
        cards = GiftCard.objects.select_for_update(no_key=True)
        card = cards.filter(code_hash=digest(code)).first()
    if card is None:
        raise GiftCardNotFound
    card.user_id = user_id
    card.save(update_fields=["user", "updated_at"])
    return card


def _cards_of(order: Order, line: OrderItem) -> list[UUID]:
    made = set(line.gift_cards_made.values_list("unit", flat=True))
    wanted = [unit for unit in range(1, line.quantity + 1) if unit not in made]
    return [_make(order, line, unit).pk for unit in wanted]


def _make(order: Order, line: OrderItem, unit: int) -> GiftCard:
    entries: list[dict[str, str]] = line.gift_cards or [{}]
    said = entries[min(unit, len(entries)) - 1]
    card = GiftCard.objects.create(
        **_code_columns(new_code()),
        currency=order.currency,
        initial_amount=line.unit_price,
        order_item=line,
        unit=unit,
        sender_name=said.get("sender_name", ""),
        recipient_name=said.get("recipient_name", ""),
        recipient_email=said.get("recipient_email") or order.customer_email,
        message=said.get("message", ""),
        send_at=_send_at(said.get("send_on", "")),
    )
    book(card, Move.ISSUE, line.unit_price, reason=order.order_number)
    return card


def _send_at(day: str) -> datetime:
    now = timezone.now()
    return max(datetime.combine(date.fromisoformat(day), MORNING), now) if day else now


def _send(card: GiftCard) -> None:
    code = new_code()
    for name, value in _code_columns(code).items():
        setattr(card, name, value)
    line = card.order_item
    if line is not None and not card.recipient_email:
        # Whoever it was for has been erased meanwhile.
        card.recipient_email = line.order.customer_email
    card.save(update_fields=["code_hash", "code_last_four", "recipient_email", "updated_at"])
    _mail(card, code, language=line.order.language if line is not None else "")


def _mail(card: GiftCard, code: str, *, language: str = "") -> None:
    card.sent_at = timezone.now()
    card.save(update_fields=["sent_at", "updated_at"])
    tell_card(card, code, language=language if language in dict(settings.LANGUAGES) else "")


def _switch(card_id: UUID, *, is_active: bool) -> GiftCard:
    card = locked_card(card_id)
    card.is_active = is_active
    card.save(update_fields=["is_active", "updated_at"])
    return card


def _code_columns(code: str) -> dict[str, str]:
    return {"code_hash": digest(code), "code_last_four": last_four(code)}


def _check(amount: Decimal, email: str) -> None:
    if not amount.is_finite() or not 0 < amount <= MOST or amount != round_money(amount):
        raise InvalidGiftCard
    if email.strip():
        try:
            validate_email(email.strip())
        except ValidationError:
            raise InvalidInput("Please enter an e-mail address like name@example.com.") from None
