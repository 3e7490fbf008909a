"""Devices that stay signed in: an app by a refresh token that changes at each use, a browser by
its session. What one sign-in leads to is a family, which is revoked as a whole."""

import hmac
import logging
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from accounts.errors import SignInNotFound, SignInOver, UserNotFound
from accounts.models import User, UserSession
from accounts.queries import revoked_key
from shopflow.lib import audit
from shopflow.lib.ids import new_id
from shopflow.lib.mail import write_mail
from shopflow.lib.models.audit import AuditAction
from shopflow.lib.secrets import derived_key, digest, new_token, secret_keys
from shopflow.lib.transactions import command

log = logging.getLogger(__name__)

LONGEST_DEVICE = 200
# Whoever has just made an account knows on which device.
FIRST_DAY = timedelta(days=1)
PURPOSE = "accounts.refresh_token"
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A device signed in until `expires_at` (UTC). A browser has no use for the token."""

    family: UUID
    user_id: UUID
    expires_at: datetime
    refresh_token: str


@command
def sign_in(*, user_id: UUID, device: str, ip: str | None, is_browser: bool = False) -> SignIn:
    """Let a device stay signed in; the owner is told by mail of one that is new.

    `device` is what an app calls itself, or a browser's User-Agent. A browser's sign-in ends with
    its session. The caller has checked who it is. Raises UserNotFound.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UserNotFound
    name = _browser(device) if is_browser else _plain(device)
    _tell_of_new_device(user, name, ip)
    token = new_token()
    life = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    row = UserSession.objects.create(
        user=user,
        refresh_token_hash=digest(token),
        family=new_id(),
        device=name,
        ip=ip,
        expires_at=timezone.now() + (life if is_browser else settings.SIGN_IN_IDLE_LIFE),
    )
    if not is_browser:
        _note_login(user)
    return _handed_out(row, token)


def rotate(*, refresh_token: str, ip: str | None) -> SignIn:
    """Trade a refresh token for its child; each works once.

    Who sends a used one again either lost the answer (it is REFRESH_GRACE old at most and its
    child unused) and gets the same child again, or one of two holders is a thief: the whole
    family is revoked and the owner told. Raises SignInOver, the same for whatever reason.
    """
    # A transaction of its own that is kept: the refusal must not undo the revocation.
    rotated = _rotate(refresh_token=refresh_token, ip=ip)
    if rotated is None:
        raise SignInOver
    return rotated


@command
def sign_out(*, family: UUID) -> None:
    """Sign one device out, at its own wish. Safe to repeat."""
    _revoke(UserSession.objects.filter(family=family))


@command
def revoke_family(*, user_id: UUID, family: UUID, by: UUID | None) -> None:
    """Sign out one of a person's devices from afar. Raises SignInNotFound."""
    if not _revoke(UserSession.objects.filter(user=user_id, family=family)):
        raise SignInNotFound
    _note_revoked(user_id, family, by)


@command
def revoke_others(*, user_id: UUID, keep: UUID | None) -> None:
    """Sign out all of a person's devices but the one they are using. Safe to repeat."""
    rows = UserSession.objects.filter(user=user_id)
    for family in _revoke(rows.exclude(family=keep) if keep else rows):
        _note_revoked(user_id, family, user_id)


@command
def drop_expired_sign_ins(*, limit: int = 500) -> int:
    """Delete the rows of refresh tokens past their time; return how many. Safe to repeat."""
    past = UserSession.objects.filter(expires_at__lt=timezone.now())
    ids = list(past.values_list("pk", flat=True)[:limit])
    UserSession.objects.filter(pk__in=ids).delete()
    return len(ids)


def _tell_of_new_device(user: User, name: str, ip: str | None) -> None:
    known = set(UserSession.objects.filter(user=user).values_list("device", flat=True).distinct())
    is_first = not known and timezone.now() - user.created_at < FIRST_DAY
    if name not in known and not is_first:
        facts = {"device": name, "when": _now_in_words(), "ip": ip or ""}
        write_mail("accounts/new_device", to=user.email, facts=facts)


def _plain(device: str) -> str:
    """What an app calls itself stands in a mail and in a list: a line of visible characters."""
    visible = "".join(letter if letter.isprintable() else " " for letter in device)
    return " ".join(visible.split())[:LONGEST_DEVICE]


def _browser(user_agent: str) -> str:
    """Name a browser without its version, so that an update isn't a new device."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "Browser")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _note_login(user: User) -> None:
    """What Django's `login` does for a browser."""
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    audit.record(action=AuditAction.LOGIN, entity_type="user", entity_id=user.pk, user_id=user.pk)


@command
def _rotate(*, refresh_token: str, ip: str | None) -> SignIn | None:
    token_hash = digest(refresh_token)
    is_claimed = _claim(token_hash)
    found = UserSession.objects.select_related("user").filter(refresh_token_hash=token_hash)
    row = found.first()
    if row is None or row.used_at is None or row.revoked_at is not None or not row.user.is_active:
        return None
    if is_claimed:
        return _child(row, refresh_token, ip)
    if (again := _lost_answer(row, refresh_token)) is not None:
        return again
    _call_stolen(row)
    return None


def _claim(token_hash: str) -> bool:
    # One conditional UPDATE: of two at once the second waits, and finds it used.
    now = timezone.now()
    unused = UserSession.objects.filter(used_at=None, revoked_at=None, expires_at__gt=now)
    return bool(unused.filter(refresh_token_hash=token_hash).update(used_at=now, updated_at=now))


def _child(parent: UserSession, parent_token: str, ip: str | None) -> SignIn:
    child_id = new_id()
    token = _tokens_of_child(parent_token, child_id)[0]
    now = timezone.now()
    child = UserSession.objects.create(
        id=child_id,
        user_id=parent.user_id,
        refresh_token_hash=digest(token),
        family=parent.family,
        parent=parent,
        device=parent.device,
        ip=ip,
        signed_in_at=parent.signed_in_at,
        expires_at=min(
            now + settings.SIGN_IN_IDLE_LIFE, parent.signed_in_at + settings.SIGN_IN_LIFE
        ),
    )
    return _handed_out(child, token)


def _lost_answer(parent: UserSession, parent_token: str) -> SignIn | None:
    """Return the child that was made a moment ago and that nobody has used."""
    if not parent.used_at or timezone.now() - parent.used_at > settings.REFRESH_GRACE:
        return None
    child = UserSession.objects.filter(parent=parent, used_at=None, revoked_at=None).first()
    if child is None:
        return None
    tokens = _tokens_of_child(parent_token, child.pk)
    token = next((one for one in tokens if digest(one) == child.refresh_token_hash), None)
    return _handed_out(child, token) if token else None


def _tokens_of_child(parent_token: str, child_id: UUID) -> list[str]:
    """Return the token under today's key, then under its fallbacks.

    Made from the parent's token, which only the device has, the child's random id and our key:
    the same answer can be given again, and nothing of it is kept anywhere meanwhile.
    """
    text = f"{parent_token}:{child_id}".encode()
    keys = (derived_key(PURPOSE, secret=secret) for secret in secret_keys())
    codes = (urlsafe_b64encode(hmac.digest(key, text, "sha256")) for key in keys)
    return [code.decode().rstrip("=") for code in codes]


def _handed_out(row: UserSession, token: str) -> SignIn:
    return SignIn(
        family=row.family, user_id=row.user_id, expires_at=row.expires_at, refresh_token=token
    )


def _call_stolen(row: UserSession) -> None:
    if not _revoke(UserSession.objects.filter(family=row.family)):
        return  # by somebody else, at this very moment
    log.warning("a used refresh token came back: sign-in %s is revoked", row.family)
    audit.record(
        action=AuditAction.LOGIN_FAILED,
        entity_type="user",
        entity_id=row.user_id,
        new_values={"reason": "refresh_token_reused", "family": row.family},
    )
    facts = {"device": row.device, "when": _now_in_words()}
    write_mail("accounts/token_reused", to=row.user.email, facts=facts)


def _revoke(rows: "QuerySet[UserSession]") -> set[UUID]:
    """Revoke what isn't; return the families it was about."""
    revoked: set[UUID] = set()
    now = timezone.now()
    # A rotation under way adds a child while we wait for its parent: look until none is left.
    while families := set(rows.filter(revoked_at=None).values_list("family", flat=True)):
        rows.filter(revoked_at=None, family__in=families).update(revoked_at=now, updated_at=now)
        revoked |= families
    marks = {revoked_key(family): True for family in revoked}
    # Browsers' sessions stand in the cache, and so does what ends them.
    life = settings.SIGN_IN_LIFE.total_seconds()
    transaction.on_commit(lambda: cache.set_many(marks, life), robust=True)
    return revoked


def _note_revoked(user_id: UUID, family: UUID, by: UUID | None) -> None:
    audit.record(
        action=AuditAction.DELETE,
        entity_type="user_session",
        entity_id=family,
        user_id=by,
        old_values={"user": user_id},
    )


def _now_in_words() -> str:
    return f"{date_format(timezone.now(), 'j M Y, H:i')} UTC"
