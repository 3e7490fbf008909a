"""Second factors: an authenticator app, recovery codes, and what passkeys share with them."""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from time import time
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.oath import hotp

from accounts.errors import (
    CodeRefused,
    EnrolmentOver,
    FactorNotFound,
    LastFactor,
    UserNotFound,
)
from accounts.models import Factor, RecoveryCode, TotpDevice, User
from accounts.models.factors import TOTP_PURPOSE
from accounts.queries.factors import STEP, TOLERANCE, app_in_waiting, factors_of
from shopflow.lib import audit
from shopflow.lib.limits import Limit, only_failures
from shopflow.lib.mail import write_mail
from shopflow.lib.models.audit import AuditAction
from shopflow.lib.secrets import digest, seal
from shopflow.lib.transactions import command

# Wrong ones only. Six digits are guessed by who may try often enough: this way it takes a year.
TRIES = Limit(name="second-factor", tries=10, per=timedelta(hours=1), is_strict=True)
DIGITS = 6
KEY_BYTES = 20  # RFC 4226 section 4, R6
CODES = 10
# 24 of 31 letters are 118 random bits, enough for a fast hash (ASVS 5.0, 6.5.2: 112).
CODE_LENGTH, GROUP = 24, 4
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
NEWS = {
    "app_added": _("An authenticator app was added."),
    "app_replaced": _("Your authenticator app was replaced by another one."),
    "app_removed": _("Your authenticator app was removed."),
    "passkey_added": _("A passkey was added."),
    "passkey_removed": _("A passkey was removed."),
    "codes_made": _("New recovery codes were made; the old ones don't work any more."),
    "code_used": _("A recovery code was used to log in."),
}


@dataclass(frozen=True)
class Enrolled:
    """A new factor, and the recovery codes made with somebody's first one: shown once."""

    factor: Factor
    codes: list[str]


@command
def begin_totp(*, user_id: UUID) -> TotpDevice:
    """Make a key for an authenticator app; it counts once its first code proves it was scanned.

    One that still waited is forgotten. Raises UserNotFound.
    """
    return _new_app(locked_person(user_id))


@command
def confirm_totp(*, user_id: UUID, code: str) -> Enrolled:
    """Take an app into use by its first code, in place of the one before.

    Raises EnrolmentOver after half an hour, CodeRefused.
    """
    user = locked_person(user_id)
    device = app_in_waiting(user.pk)
    if device is None:
        raise EnrolmentOver
    step = _step_of(device, _plain(code))
    if step is None:
        raise CodeRefused
    is_first = factors_of(user.pk).app is None
    made = _take_into_use(user, device, step)
    tell(user, "app_added" if is_first else "app_replaced")
    return made


@command
def give_totp(*, user_id: UUID) -> Enrolled:
    """Give somebody an app's key as if they had scanned it: for who sits at the server.

    They aren't told by mail.
    """
    user = locked_person(user_id)
    made = _take_into_use(user, _new_app(user), None)
    note(user, "app_given")
    return made


def check_code(*, user_id: UUID, code: str) -> Factor:
    """Use up a code of the app, or a recovery code, and return whose factor it was.

    A wrong one counts and is written down whatever happens next, so it owns no transaction.
    Raises TooManyTries, CodeRefused.
    """
    with only_failures((TRIES, str(user_id))):
        factor = _used(user_id=user_id, code=_plain(code))
        if factor is None:
            note_refusal(user_id)
            raise CodeRefused
    return factor


@command
def make_recovery_codes(*, user_id: UUID) -> list[str]:
    """Make ten new recovery codes; those that weren't used are worth nothing from now on.

    Raises FactorNotFound while there is no factor they could stand in for.
    """
    user = locked_person(user_id)
    if not factors_of(user.pk).count:
        raise FactorNotFound
    tell(user, "codes_made")
    return new_codes(user)


@command
def remove_factor(*, user_id: UUID, factor_id: UUID) -> None:
    """Take a factor away; with the last one its recovery codes go too.

    Raises FactorNotFound, and LastFactor for people who work here.
    """
    user = locked_person(user_id)
    mine = factors_of(user.pk)
    everything: list[Factor] = [*([mine.app] if mine.app else []), *mine.passkeys]
    factor = next((factor for factor in everything if factor.pk == factor_id), None)
    if factor is None:
        raise FactorNotFound
    if mine.count == 1 and user.is_staff:
        raise LastFactor
    if mine.count == 1:
        user.recovery_codes.all().delete()
    factor.delete()
    tell(user, "app_removed" if factor == mine.app else "passkey_removed")


# --- shared with the passkeys beside ------------------------------------------------------------


def locked_person(user_id: UUID) -> User:
    """Return somebody whose factors nobody else changes meanwhile. Raises UserNotFound."""
    people = User.objects.select_for_update(no_key=True)
    user = people.filter(pk=user_id, is_active=True, deleted_at=None).first()
    if user is None:
        raise UserNotFound
    return user


def first_codes(user: User) -> list[str]:
    """Return recovery codes for somebody's first factor; none where there are some."""
    return [] if factors_of(user.pk).codes_left else new_codes(user)


def new_codes(user: User) -> list[str]:
    """Replace the unused codes. Used ones stay: a session may have been proved by one."""
    user.recovery_codes.filter(used_at=None).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=digest(code)) for code in codes
    )
    starts = range(0, CODE_LENGTH, GROUP)
    return ["-".join(code[at : at + GROUP] for at in starts) for code in codes]


def tell(user: User, what: str) -> None:
    """Let the person know one of NEWS by mail, and the audit log too."""
    write_mail("accounts/factor_changed", to=user.email, facts={"what": str(NEWS[what])})
    note(user, what)


def note(user: User, what: str) -> None:
    """Write a change of somebody's factors into the audit log."""
    audit.record(
        action=AuditAction.UPDATE,
        entity_type=audit.entity_type(User),
        entity_id=user.pk,
        user_id=user.pk,
        new_values={"second_factor": what},
    )


def note_refusal(user_id: UUID) -> None:
    """Write down that somebody with the right password failed at the second factor."""
    audit.record(
        action=AuditAction.LOGIN_FAILED,
        entity_type=audit.entity_type(User),
        entity_id=user_id,
        new_values={"second_factor": "refused"},
    )


# --- of this file -------------------------------------------------------------------------------


def _new_app(user: User) -> TotpDevice:
    user.totp_devices.filter(confirmed=False).delete()
    secret = b32encode(secrets.token_bytes(KEY_BYTES)).decode()
    device: TotpDevice = TotpDevice.objects.create(
        user=user, confirmed=False, sealed_key=seal(secret, purpose=TOTP_PURPOSE)
    )
    return device


def _take_into_use(user: User, device: TotpDevice, step: int | None) -> Enrolled:
    user.totp_devices.filter(confirmed=True).delete()
    device.confirmed, device.last_step = True, step
    device.save(update_fields=["confirmed", "last_step", "updated_at"])
    return Enrolled(device, first_codes(user))


@command
def _used(*, user_id: UUID, code: str) -> Factor | None:
    user = User.objects.filter(pk=user_id, is_active=True, deleted_at=None).first()
    if user is None:
        raise UserNotFound
    return _app_used(user, code) if len(code) == DIGITS else _recovery_code_used(user, code)


def _app_used(user: User, code: str) -> TotpDevice | None:
    device = user.totp_devices.filter(confirmed=True).first()
    step = _step_of(device, code) if device else None
    if device is None or step is None:
        return None
    return device if _claim_step(device.pk, step) else None


def _recovery_code_used(user: User, code: str) -> RecoveryCode | None:
    found = user.recovery_codes.filter(code_hash=digest(code)).first()
    if found is None or not _claim_code(found.pk):
        return None
    tell(user, "code_used")
    return found


# One conditional UPDATE each: of two that bring the same code one finds it used.


def _claim_step(device_id: UUID, step: int) -> bool:
    unused = TotpDevice.objects.filter(Q(last_step=None) | Q(last_step__lt=step), pk=device_id)
    return bool(unused.update(last_step=step))


def _claim_code(code_id: UUID) -> bool:
    unused = RecoveryCode.objects.filter(pk=code_id, used_at=None)
    return bool(unused.update(used_at=timezone.now()))


def _step_of(device: TotpDevice, code: str) -> int | None:
    """Return the half minute a code belongs to, if it is about now and not before the last one."""
    now = int(time() // STEP)
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        is_it = compare_digest(f"{hotp(device.key, step):0{DIGITS}}".encode(), code.encode())
        if is_it and step > (device.last_step or 0):
            return step
    return None


def _plain(code: str) -> str:
    """Return a code as it was made, however somebody grouped it."""
    return "".join(letter for letter in code.lower() if letter.isalnum())
