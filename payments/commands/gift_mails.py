"""The mails about gift cards: to whoever has the card, never naming what was bought with it."""

import logging
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils import translation

from payments.models import GiftCard
from shopflow.lib.errors import InvalidInput
from shopflow.lib.mail import write_mail
from shopflow.lib.money import Money, as_read

log = logging.getLogger(__name__)


def tell_card(card: GiftCard, code: str, *, language: str) -> None:
    """Write the mail that brings a card: the only place where its code stands."""
    with translation.override(language or None):
        _tell("gift_card", card, facts={"code": code})


def tell_used(card: GiftCard, amount: Decimal, *, order_id: UUID) -> None:
    """Write the mail that a card paid for something, once for each order."""
    _tell("gift_card_used", card, facts=_moved(card, amount), reference=f"{order_id} {card.pk}")


def tell_refunded(card: GiftCard, amount: Decimal) -> None:
    """Write the mail that money is back on a card."""
    _tell("gift_card_refunded", card, facts=_moved(card, amount))


def _tell(kind: str, card: GiftCard, *, facts: Mapping[str, str], reference: str = "") -> None:
    """Write to whoever has the card; one that nobody's address is known of has no mail."""
    if not card.recipient_email:
        return
    said = {"left": _read(card, card.balance), **facts}
    try:
        write_mail(f"payments/{kind}", to=card.recipient_email, facts=said, reference=reference)
    except InvalidInput:
        log.warning("gift card %s has no address for the mail %s", card.pk, kind)


def _moved(card: GiftCard, amount: Decimal) -> dict[str, str]:
    return {"amount": _read(card, amount), "last_four": card.code_last_four}


def _read(card: GiftCard, amount: Decimal) -> str:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return as_read(Money(amount, card.currency), language)
