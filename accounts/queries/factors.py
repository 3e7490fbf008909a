"""Which second factors somebody has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import time
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django_otp.oath import hotp

from accounts.models import Passkey, RecoveryCode, TotpDevice, User, folded

STEP = 30  # seconds (RFC 6238)
# How many steps a clock may be behind or ahead.
TOLERANCE = 1
# How long a scanned key waits for its first code.
PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Factors:
    """What a person has besides the password. `codes_left` recovery codes weren't used yet."""

    app: TotpDevice | None
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def count(self) -> int:
        """How many there are; recovery codes only stand in for them."""
        return len(self.passkeys) + (1 if self.app else 0)


@dataclass(frozen=True)
class CodeNow:
    """A code that is taken now. `seconds` is how long an app would show it, or would wait to."""

    code: str
    seconds: int


def has_factor(user: User) -> bool:
    """Whether somebody is asked for more than the password."""
    mine = {"user": OuterRef("pk"), "confirmed": True}
    found = Exists(TotpDevice.objects.filter(**mine)) | Exists(Passkey.objects.filter(**mine))
    return User.objects.filter(found, pk=user.pk).exists()


def factors_of(user_id: UUID) -> Factors:
    """Return what a person has, the oldest passkey first."""
    mine = {"user": user_id, "confirmed": True}
    return Factors(
        app=TotpDevice.objects.filter(**mine).first(),
        passkeys=list(Passkey.objects.filter(**mine).order_by("id")),
        codes_left=RecoveryCode.objects.filter(**mine, used_at=None).count(),
    )


def app_in_waiting(user_id: UUID) -> TotpDevice | None:
    """Return the app whose first code is awaited."""
    since = timezone.now() - PATIENCE
    waiting = TotpDevice.objects.filter(user=user_id, confirmed=False, created_at__gt=since)
    device: TotpDevice | None = waiting.select_related("user").first()
    return device


def code_now(email: str) -> CodeNow | None:
    """Return a code of somebody's app that wasn't used yet. None without an app.

    Shows what only the phone should know: for a developer's machine.
    """
    device = TotpDevice.objects.filter(
        user__email=folded(email), user__deleted_at=None, confirmed=True
    ).first()
    if device is None:
        return None
    now = time()
    step = max(int(now // STEP), (device.last_step or 0) + 1)
    return CodeNow(code=f"{hotp(device.key, step):06}", seconds=int((step + 1) * STEP - now))
