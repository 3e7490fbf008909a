"""Cards that a provider keeps for somebody: kept when asked, forgotten on both sides."""

import logging
from uuid import UUID

from django.utils import timezone

from payments.errors import PaymentMethodNotFound
from payments.gateways import gateway
from payments.gateways.base import GatewayRefused, ProviderMethod
from payments.models import Payment, UserPaymentMethod
from shopflow.lib.errors import DomainError
from shopflow.lib.transactions import command

log = logging.getLogger(__name__)


@command
def keep_method(*, payment_id: UUID, kept: ProviderMethod) -> None:
    """Remember the card an attempt was paid with, if its shopper wanted that. Safe to repeat."""
    payment = Payment.objects.get(pk=payment_id)
    if not payment.keeps_card or payment.user_id is None:
        return
    UserPaymentMethod.objects.bulk_create(
        [
            UserPaymentMethod(
                user_id=payment.user_id,
                provider=payment.provider,
                provider_payment_method_id=kept.token,
                card_brand=kept.card_brand,
                card_last_four=kept.card_last_four,
                exp_month=kept.exp_month,
                exp_year=kept.exp_year,
            )
        ],
        ignore_conflicts=True,
    )


def remove_method(*, user_id: UUID, method_id: UUID) -> None:
    """Forget a card that somebody has saved: it is offered and charged no more.

    The row stays for the payments that name it. Talks to the gateway, outside of transactions, so
    that it forgets the card too; if it doesn't answer, the sweep asks again. Raises
    PaymentMethodNotFound, also for somebody else's and for one that is removed already.
    """
    _remove(user_id=user_id, method_id=method_id)
    try:
        detach_method(method_id=method_id)
    except DomainError as error:
        log.warning("card %s: %s; the next sweep tries again", method_id, error)


def detach_method(*, method_id: UUID) -> None:
    """Let the provider forget a removed card.

    Talks to the gateway. Raises GatewayUnavailable, UnknownProvider. Safe to repeat.
    """
    row = _to_detach(method_id=method_id)
    if row is None:
        return
    try:
        gateway(row.provider).detach(token=row.provider_payment_method_id)
    except GatewayRefused as error:
        # It will say so every time; nobody is charged through a removed row.
        log.error("card %s: %s", method_id, error)
    _note_detached(method_id=method_id)


@command
def _remove(*, user_id: UUID, method_id: UUID) -> None:
    rows = UserPaymentMethod.objects.select_for_update(no_key=True)
    row = rows.filter(pk=method_id, user=user_id, deleted_at=None).first()
    if row is None:
        raise PaymentMethodNotFound
    row.deleted_at, row.is_active, row.is_default = timezone.now(), False, False
    row.save(update_fields=["deleted_at", "is_active", "is_default", "updated_at"])


@command
def _to_detach(*, method_id: UUID) -> UserPaymentMethod | None:
    rows = UserPaymentMethod.objects.filter(deleted_at__isnull=False, detached_at=None)
    return rows.filter(pk=method_id).first()


@command
def _note_detached(*, method_id: UUID) -> None:
    """Note that nobody knows the card any more, and forget the provider's name for it too."""
    now = timezone.now()
    rows = UserPaymentMethod.objects.filter(pk=method_id, detached_at=None)
    rows.update(
        detached_at=now, updated_at=now, provider_payment_method_id=f"forgotten-{method_id}"
    )
