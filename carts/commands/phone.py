"""Orders that staff write for a customer: a cart of the shop's own until its link is sent."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import User
from carts.errors import CartNotFound, InvalidCustomer
from carts.models import Cart, CheckoutDraft
from shopflow.lib.transactions import command

LONGEST_EMAIL = 254
LONGEST_ANSWER = 300


@command
def open_for_customer(*, email: str, by: UUID) -> Cart:
    """Begin an order for whoever has this e-mail: their account's if it is known, else a guest's.

    Raises InvalidCustomer.
    """
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidCustomer from None
    if len(email) > LONGEST_EMAIL:
        raise InvalidCustomer
    # Nobody's account before they have shown that the address is theirs.
    user = User.objects.filter(email__iexact=email, email_verified=True, is_active=True).first()
    return Cart.objects.create(
        created_by_id=by, user=user, email=email, currency=settings.DEFAULT_CURRENCY
    )


@command
def note_answers(*, cart_id: UUID, answers: Mapping[str, str]) -> None:
    """Keep what the customer said about address and delivery. Raises CartNotFound.

    Safe to repeat.
    """
    cart = _locked(cart_id)
    # PostgreSQL keeps no NUL in a text.
    said = {name: text.replace("\0", "")[:LONGEST_ANSWER] for name, text in answers.items()}
    CheckoutDraft.objects.update_or_create(cart=cart, defaults={"answers": said})


@command
def name_draft(*, cart_id: UUID, name: str) -> None:
    """Write on a draft what became of it. Safe to repeat."""
    Cart.objects.filter(pk=cart_id, created_by__isnull=False).update(name=name)


@command
def discard_draft(*, cart_id: UUID) -> None:
    """Throw away a draft that was never sent. Raises CartNotFound."""
    _locked(cart_id).delete()


def _locked(cart_id: UUID) -> Cart:
    drafts = Cart.objects.open().filter(created_by__isnull=False)
    cart = drafts.select_for_update(no_key=True).filter(pk=cart_id).first()
    if cart is None:
        raise CartNotFound
    return cart
