"""Paying with a gift card: whatever a provider may still charge is called off first."""

from datetime import timedelta
from uuid import UUID

from payments.commands import gift_holds
from payments.commands.closing import void_open
from payments.errors import GiftCardNotFound
from payments.models import GiftCard, GiftCardHold
from payments.models.gift_codes import digest, is_well_formed
from payments.queries import holds_on
from shopflow.lib.limits import Limit

# For whoever tries codes for somebody, around what looks for one. Of 24^15 codes, few exist.
GUESSES = Limit(name="gift-card-guesses", tries=20, per=timedelta(hours=1))


def add_gift_card(*, order_id: UUID, code: str) -> GiftCardHold:
    """Let a gift card pay for an unpaid order, as far as it goes.

    Talks to the gateway if an attempt to pay is open: it would charge too much. Raises what
    `gift_holds.hold` raises, and GatewayUnavailable. Safe to repeat.
    """
    if not is_well_formed(code) or not GiftCard.objects.filter(code_hash=digest(code)).exists():
        raise GiftCardNotFound
    void_open(order_id=order_id)
    return gift_holds.hold(order_id=order_id, code=code)


def remove_gift_card(*, order_id: UUID, hold_id: UUID) -> None:
    """Take a gift card off an unpaid order; one that isn't on it changes nothing.

    Talks to the gateway if an attempt to pay is open: it would charge too little. Raises what
    `gift_holds.let_go` raises, and GatewayUnavailable. Safe to repeat.
    """
    if not holds_on(order_id).filter(pk=hold_id).exists():
        return
    void_open(order_id=order_id)
    gift_holds.let_go(order_id=order_id, hold_id=hold_id)
