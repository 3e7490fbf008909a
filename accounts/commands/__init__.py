"""Everything that changes accounts."""

import logging
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.commands.devices import (
    SignIn,
    drop_expired_sign_ins,
    revoke_family,
    revoke_others,
    rotate,
    sign_in,
    sign_out,
)
from accounts.errors import EmailTaken, UserNotFound
from accounts.models import User
from accounts.signals import account_closed
from shopflow.lib.news import announce
from shopflow.lib.transactions import command, is_duplicate

__all__ = [
    "SignIn",
    "close_account",
    "create_customer",
    "create_staff",
    "drop_expired_sign_ins",
    "revoke_family",
    "revoke_others",
    "rotate",
    "sign_in",
    "sign_out",
]
log = logging.getLogger(__name__)


@command
def create_customer(
    *, email: str, password: str, first_name: str = "", last_name: str = ""
) -> User:
    """Make a shopper's account with a verified e-mail. Raises EmailTaken."""
    return _create(email, password, User.Role.CUSTOMER, first_name, last_name)


@command
def create_staff(
    *, email: str, password: str, role: str, first_name: str = "", last_name: str = ""
) -> User:
    """Make an account for somebody who works here; an admin may do everything.

    Raises EmailTaken.
    """
    return _create(email, password, role, first_name, last_name)


@command
def close_account(*, user_id: UUID, by: UUID | None) -> User:
    """Close an account for good: its owner is signed out everywhere, and the e-mail is free again.

    Orders stay, and so does the row they name; carts and wish lists follow by a worker. `by` is
    who of the staff did it, None the owner. Raises UserNotFound. Safe to repeat.
    """
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise UserNotFound
    if user.deleted_at is None:
        user.deleted_at, user.is_active = timezone.now(), False
        # A signed-in browser proves itself by a hash of the password: every one is out now.
        user.set_unusable_password()
        user.save(update_fields=["deleted_at", "is_active", "password", "updated_at"])
        for rows in (user.sessions, user.password_resets, user.verification_tokens):
            rows.all().delete()
        log.info("account %s closed by %s", user_id, by or "its owner")
        announce(account_closed, user_id=user.pk)
    return user


def _create(email: str, password: str, role: str, first_name: str, last_name: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email,
                password,
                role=role,
                is_superuser=role == User.Role.ADMIN,
                email_verified=True,
                first_name=first_name,
                last_name=last_name,
            )
    except IntegrityError as error:
        if is_duplicate(error):
            raise EmailTaken from None
        raise
