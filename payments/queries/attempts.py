"""Attempts to pay, as a shopper reads them, and the cards somebody may pay with again."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.errors import PaymentMethodNotFound
from payments.models import Payment, UserPaymentMethod
from payments.queries.payments import methods_of, payments_of

# The words of our providers for why a card was refused, as banks mean them. What could help a
# thief (lost, stolen, fraud) is told like any other refusal.
# https://docs.stripe.com/declines/codes
SENTENCES = {
    "authentication_refused": gettext_lazy("You didn't confirm the payment at your bank."),
    "authentication_required": gettext_lazy("Your bank wants you to confirm this payment."),
    "card_declined": gettext_lazy("Your bank declined this card."),
    "card_not_supported": gettext_lazy("This card can't be used for this purchase."),
    "card_velocity_exceeded": gettext_lazy("The limit of this card is reached."),
    "currency_not_supported": gettext_lazy("This card can't be used for this currency."),
    "expired_card": gettext_lazy("This card has expired."),
    "generic_decline": gettext_lazy("Your bank declined this card."),
    "incorrect_cvc": gettext_lazy("The security code of the card wasn't right."),
    "incorrect_number": gettext_lazy("The card number wasn't right."),
    "insufficient_funds": gettext_lazy("There wasn't enough money on this card."),
    "invalid_cvc": gettext_lazy("The security code of the card wasn't right."),
    "payment_intent_authentication_failure": gettext_lazy(
        "You didn't confirm the payment at your bank."
    ),
    "processing_error": gettext_lazy("The bank couldn't process the payment."),
}


@dataclass(frozen=True)
class Attempt:
    """An attempt with the plain sentence why it brought no money, "" when it may still bring it."""

    payment: Payment
    sentence: str

    @property
    def is_asking(self) -> bool:
        """Whether the bank waits for its card holder."""
        return self.payment.status == Payment.Status.REQUIRES_ACTION

    @property
    def card(self) -> str:
        """The card as its holder knows it, or ""."""
        known = self.payment.card_last_four
        return f"{self.payment.card_brand} •••• {known}".strip() if known else ""


def attempts_of(order_id: UUID) -> list[Attempt]:
    """Return the attempts to pay an order, the newest first."""
    return [Attempt(payment, _sentence(payment)) for payment in payments_of(order_id)]


def usable_cards(user_id: UUID) -> list[UserPaymentMethod]:
    """Return the cards somebody may pay with again, the favourite first."""
    mine = methods_of(user_id).filter(provider__in=settings.PAYMENT_PROVIDERS)
    return list(mine.order_by("-is_default", "-id"))


def usable_card(*, user_id: UUID | None, method_id: UUID) -> UserPaymentMethod:
    """Return one of somebody's cards; raises PaymentMethodNotFound."""
    mine = usable_cards(user_id) if user_id else []
    card = next((card for card in mine if card.pk == method_id), None)
    if card is None:
        raise PaymentMethodNotFound
    return card


def _sentence(payment: Payment) -> str:
    if payment.failure_code in SENTENCES:
        return str(SENTENCES[payment.failure_code])
    if payment.failure_reason:
        return payment.failure_reason
    return _("This payment didn't work.") if payment.status == Payment.Status.FAILED else ""
