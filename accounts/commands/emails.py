from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.commands.asking import count_asking
from accounts.commands.devices import revoke_others
from accounts.commands.inputs import email_of
from accounts.commands.links import (
    EMAIL_CHANGE_LIFE,
    VERIFICATION_LIFE,
    end_links,
    hours,
    no_link,
    taken_verification,
    verification_link,
)
from accounts.commands.logins import prove_password
from accounts.errors import EmailUnchanged, LinkInvalid
from accounts.models import User
from accounts.models.tokens import VerificationPurpose
from accounts.signals import email_verified
from shopflow.lib.limits import Limit
from shopflow.lib.mail import write_mail
from shopflow.lib.news import announce
from shopflow.lib.transactions import command, is_duplicate

ACCOUNT = Limit(name="verify-account", tries=5, per=timedelta(hours=1))
NETWORK = Limit(name="verify-network", tries=20, per=timedelta(hours=1))


def resend_verification(*, email: str) -> None:
    """Send the link that verifies an address once more.

    An address that needs none, or has no account, gets a mail that says so: the caller can't tell.
    Raises EmailInvalid, TooManyTries.
    """
    address = email_of(email)
    count_asking(ACCOUNT, NETWORK, address)
    _resend(address)


@command
def verify_email(*, token: str) -> User:
    """Note that somebody reads the mails of their address. Raises LinkInvalid."""
    row = taken_verification(token, purpose=VerificationPurpose.REGISTRATION)
    user = row.user
    if row.email != user.email:
        raise LinkInvalid
    user.email_verified = True
    user.save(update_fields=["email_verified", "updated_at"])
    user.verification_tokens.filter(purpose=VerificationPurpose.REGISTRATION).delete()
    announce(email_verified, user_id=user.pk)
    return user


def ask_for_email_change(*, user_id: UUID, password: str, email: str) -> None:
    """Send a link to the new address; until it is followed the old one stays.

    An address that has an account gets a mail that says so: the caller can't tell. Raises
    PasswordWrong, EmailInvalid, EmailUnchanged, UserNotFound, TooManyTries, CantCount.
    """
    address = email_of(email)
    user = prove_password(user_id=user_id, password=password)
    if user.email == address:
        raise EmailUnchanged
    count_asking(ACCOUNT, NETWORK, address)
    _send_change(user, address)


@command
def confirm_email_change(*, token: str, keep: UUID | None = None) -> User:
    """Change an e-mail to the address the link was sent to, and tell the old one.

    Every sign-in ends but `keep`, if it is the same person's. Raises LinkInvalid, also when the
    address has got an account meanwhile.
    """
    row = taken_verification(token, purpose=VerificationPurpose.EMAIL_CHANGE)
    user, before = row.user, row.user.email
    user.email, user.email_verified = row.email, True
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_verified", "updated_at"])
    except IntegrityError as error:
        if is_duplicate(error):
            raise LinkInvalid from None
        raise
    end_links(user)
    revoke_others(user_id=user.pk, keep=keep)
    write_mail("accounts/email_changed", to=before, facts={})
    announce(email_verified, user_id=user.pk)
    return user


@command
def _resend(email: str) -> None:
    user = User.objects.filter(email=email, deleted_at=None, is_active=True).first()
    if user is not None and not user.email_verified:
        token = verification_link(user, email=email)
        facts: dict[str, str | int | bool] = {"token": token, "hours": hours(VERIFICATION_LIFE)}
        write_mail("accounts/verify", to=email, facts=facts)
        return
    no_link()
    write_mail("accounts/known" if user else "accounts/no_account", to=email, facts={})


@command
def _send_change(user: User, email: str) -> None:
    if User.objects.filter(email=email, deleted_at=None).exists():
        no_link()
        write_mail("accounts/known", to=email, facts={})
        return
    token = verification_link(user, email=email, purpose=VerificationPurpose.EMAIL_CHANGE)
    facts: dict[str, str | int | bool] = {"token": token, "hours": hours(EMAIL_CHANGE_LIFE)}
    write_mail("accounts/email_changing", to=email, facts=facts)
