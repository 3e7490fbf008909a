"""Links that are mailed and work once: 256 random bits, of which the database keeps a digest."""

from datetime import timedelta

from django.utils import timezone

from accounts.errors import LinkInvalid
from accounts.models import PasswordReset, User, VerificationToken
from accounts.models.tokens import ResetPurpose, VerificationPurpose
from shopflow.lib.secrets import digest, new_token
from shopflow.lib.transactions import command

# ASVS 6.4.3 asks that a reset is short-lived; a first password may wait until Monday.
RESET_LIFE = timedelta(minutes=30)
VERIFICATION_LIFE = timedelta(days=3)
EMAIL_CHANGE_LIFE = timedelta(days=1)


def hours(life: timedelta) -> int:
    return life // timedelta(hours=1)


def minutes(life: timedelta) -> int:
    return life // timedelta(minutes=1)


def reset_link(
    user: User, *, purpose: str = ResetPurpose.FORGOTTEN, life: timedelta = RESET_LIFE
) -> str:
    """Write down a link that sets a new password and return its token.

    It dies with the password and the e-mail of now: who has changed one of them meanwhile has
    ended every link sent before.
    """
    token = new_token()
    PasswordReset.objects.create(
        user=user,
        token_hash=digest(token),
        bound_to=_state(user),
        purpose=purpose,
        expires_at=timezone.now() + life,
    )
    return token


def verification_link(
    user: User, *, email: str, purpose: str = VerificationPurpose.REGISTRATION
) -> str:
    """Write down a link that proves an address and return its token."""
    token = new_token()
    is_change = purpose == VerificationPurpose.EMAIL_CHANGE
    VerificationToken.objects.create(
        user=user,
        token_hash=digest(token),
        purpose=purpose,
        email=email,
        expires_at=timezone.now() + (EMAIL_CHANGE_LIFE if is_change else VERIFICATION_LIFE),
    )
    return token


def no_link() -> None:
    """Cost the one statement that a link costs, for an address that gets none.

    Whether an address is known can then not be told from the work done for it.
    """
    PasswordReset.objects.filter(token_hash=digest(new_token())).delete()


def taken_reset(token: str) -> PasswordReset:
    """Return the link's row, locked with its user. Raises LinkInvalid."""
    row = (
        PasswordReset.objects.select_for_update(no_key=True)
        .select_related("user")
        .filter(token_hash=digest(token), expires_at__gt=timezone.now(), user__is_active=True)
        .first()
    )
    if row is None or row.bound_to != _state(row.user):
        raise LinkInvalid
    return row


def taken_verification(token: str, *, purpose: str) -> VerificationToken:
    """Return the link's row, locked with its user. Raises LinkInvalid, also for another purpose."""
    row = (
        VerificationToken.objects.select_for_update(no_key=True)
        .select_related("user")
        .filter(
            token_hash=digest(token),
            purpose=purpose,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
        .first()
    )
    if row is None:
        raise LinkInvalid
    return row


def end_links(user: User, *, keep_registration: bool = False) -> None:
    """Delete every link that could change this account, after its password or e-mail changed."""
    user.password_resets.all().delete()
    links = user.verification_tokens.all()
    if keep_registration:
        links = links.filter(purpose=VerificationPurpose.EMAIL_CHANGE)
    links.delete()


@command
def drop_expired_links(*, limit: int = 500) -> int:
    """Delete links past their time that nobody followed; return how many. Safe to repeat."""
    gone = 0
    for model in (PasswordReset, VerificationToken):
        past = model.objects.filter(expires_at__lt=timezone.now())
        ids = list(past.values_list("pk", flat=True)[:limit])
        gone += model.objects.filter(pk__in=ids).delete()[0]
    return gone


def _state(user: User) -> str:
    return digest(f"{user.password}\n{user.email}")
