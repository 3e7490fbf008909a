"""What the shop asks before it hands out or erases a person's data."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.errors import UserNotFound
from accounts.models import User, folded
from orders.models import Order
from orders.models.states import OPEN
from payments.models.payments import LIVE
from shopflow.privacy.columns import EMAIL


def person(user: User) -> dict[str, Any]:
    """Return what rows are found by: the id, and the e-mail if it is surely the person's."""
    is_proved = user.email_verified or user.email == EMAIL.format(user.pk)
    return {"user_id": user.pk, "email": folded(user.email) if is_proved else None}


def find_person(named: str) -> UUID:
    """Return the id of the account with this e-mail or id, erased ones too; raises UserNotFound."""
    try:
        known = Q(pk=UUID(named))
    except ValueError:
        known = Q(email=folded(named.replace("\0", "")), deleted_at=None)
    user_id = User.objects.filter(known).values_list("pk", flat=True).first()
    if user_id is None:
        raise UserNotFound
    return user_id


def has_open_orders(user: User) -> bool:
    """Whether goods or money are still on their way, for the account or as a guest before it."""
    known = person(user)
    theirs = Order.objects.alias(address=Lower("customer_email")).filter(
        Q(user=user.pk) | Q(user=None, address=known["email"] or "")
    )
    return theirs.filter(
        Q(status__in=OPEN)
        | Q(returns__isnull=False, returns__closed_at=None)
        | Q(refunds__status="pending")
        | Q(payments__status__in=LIVE)
        | Q(payments__disputes__isnull=False, payments__disputes__closed_at=None)
    ).exists()
