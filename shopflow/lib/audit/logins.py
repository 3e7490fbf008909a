"""Who came in and who failed to, by whichever page or call: Django announces both."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.utils.crypto import salted_hmac

from shopflow.lib.audit.entities import entity_type
from shopflow.lib.audit.recording import record
from shopflow.lib.models import AuditLog


@receiver(user_logged_in)
def note_login(*, user: Any, **_: Any) -> None:
    record(
        action=AuditLog.Action.LOGIN,
        entity_type=entity_type(type(user)),
        entity_id=user.pk,
        user_id=user.pk,
    )


@receiver(user_login_failed)
def note_failed_login(*, credentials: dict[str, Any], **_: Any) -> None:
    """Name the account that was tried; of an e-mail without one keep a keyed hash.

    The hash tells many tries at one address from tries at many. What was typed may be a
    stranger's address, or a password in the wrong field.
    """
    users = get_user_model()
    typed = str(credentials.get("username") or credentials.get(users.USERNAME_FIELD) or "")
    try:
        account = users._default_manager.get_by_natural_key(typed)
    except users.DoesNotExist:
        account = None
    record(
        action=AuditLog.Action.LOGIN_FAILED,
        entity_type=entity_type(users),
        entity_id=account.pk if account else "",
        new_values=None if account else {"email_hash": _hash(typed)},
    )


def _hash(typed: str) -> str:
    folded = typed.strip().casefold()
    return salted_hmac("shopflow.lib.audit.logins", folded, algorithm="sha256").hexdigest()
