from datetime import timedelta
from uuid import UUID

from accounts.commands.asking import count_asking
from accounts.commands.devices import revoke_others
from accounts.commands.inputs import check_new_password, email_of
from accounts.commands.links import RESET_LIFE, end_links, minutes, no_link, reset_link, taken_reset
from accounts.commands.logins import prove_password
from accounts.errors import PasswordWrong
from accounts.models import User
from accounts.models.tokens import ResetPurpose
from accounts.signals import email_verified
from shopflow.lib.limits import Limit
from shopflow.lib.mail import write_mail
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

ACCOUNT = Limit(name="reset-account", tries=5, per=timedelta(hours=1))
NETWORK = Limit(name="reset-network", tries=20, per=timedelta(hours=1))


def ask_for_reset(*, email: str) -> None:
    """Send a link that sets a new password; an address without an account is told so by mail.

    The caller can't tell one from the other. Raises EmailInvalid, TooManyTries.
    """
    address = email_of(email)
    count_asking(ACCOUNT, NETWORK, address)
    _send_reset(address)


@command
def reset_password(*, token: str, password: str) -> User:
    """Set a new password by a mailed link and sign its owner out everywhere.

    Nobody is signed in by it, and a second factor is asked for as ever. Only an invitation's link
    verifies the address: for all others that is a link of its own. Raises LinkInvalid,
    PasswordRefused.
    """
    row = taken_reset(token)
    user = row.user
    check_new_password(password, user)
    if row.purpose == ResetPurpose.INVITATION:
        user.email_verified = True
        announce(email_verified, user_id=user.pk)
    _set(user, password, keep=None)
    return user


def change_password(*, user_id: UUID, old: str, new: str, keep: UUID | None = None) -> None:
    """Change a password that is known; every sign-in ends but `keep`, the one that asks.

    Raises PasswordWrong, PasswordRefused, UserNotFound, TooManyTries, CantCount.
    """
    proved = prove_password(user_id=user_id, password=old)
    check_new_password(new, proved)
    _change(user_id, proved.password, new, keep)


@command
def _send_reset(email: str) -> None:
    user = User.objects.filter(email=email, deleted_at=None, is_active=True).first()
    if user is None:
        no_link()
        write_mail("accounts/no_account", to=email, facts={})
    else:
        facts: dict[str, str | int | bool] = {"token": reset_link(user)}
        facts["minutes"] = minutes(RESET_LIFE)
        write_mail("accounts/reset", to=email, facts=facts)


@command
def _change(user_id: UUID, before: str, password: str, keep: UUID | None) -> None:
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.password != before:  # changed by another request meanwhile: the proof is stale
        raise PasswordWrong
    _set(user, password, keep)


def _set(user: User, password: str, keep: UUID | None) -> None:
    user.set_password(password)
    user.save(update_fields=["password", "email_verified", "updated_at"])
    end_links(user, keep_registration=True)
    revoke_others(user_id=user.pk, keep=keep)
    write_mail("accounts/password_changed", to=user.email, facts={})
