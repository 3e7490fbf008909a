import logging
from uuid import UUID

from django.utils import timezone

from accounts.errors import UserNotFound
from accounts.models import User
from accounts.signals import account_closed
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

log = logging.getLogger(__name__)


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
        for rows in (
            user.sessions,
            user.password_resets,
            user.verification_tokens,
            user.totp_devices,
            user.recovery_codes,
            user.passkeys,
        ):
            rows.all().delete()
        log.info("account %s closed by %s", user_id, by or "its owner")
        announce(account_closed, user_id=user.pk)
    return user
