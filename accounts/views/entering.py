"""The way in: whoever has proved a password is asked for the second factor, then is inside."""

from dataclasses import dataclass
from datetime import timedelta
from time import time
from typing import Any
from uuid import UUID

import django_otp
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts import commands
from accounts.models import Factor, User
from accounts.queries import SIGN_IN, has_factor
from shopflow.lib import context
from shopflow.lib.http import SeeOther, shopper_of
from shopflow.lib.proof import note_proof

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALFWAY = "halfway"
FOR_A_CODE = timedelta(minutes=5)
# Installing an app takes a while.
FOR_ENROLMENT = timedelta(minutes=15)


@dataclass(frozen=True)
class Halfway:
    """Somebody who proved the password and nothing else yet: not signed in."""

    user: User
    next_url: str


def go_in(request: HttpRequest, user: User, next_url: str) -> HttpResponse:
    """Lead somebody who proved the password to what comes next, at last to `next_url`.

    Whoever has a second factor is asked for it. Who works here and has none enrols first: nothing
    else opens to them. `next_url` has to be one of ours.
    """
    if has_factor(user):
        _wait(request, user, next_url, FOR_A_CODE)
        return SeeOther(reverse("accounts:code"))
    if user.is_staff:
        _wait(request, user, next_url, FOR_ENROLMENT)
        return SeeOther(reverse("accounts:factors"))
    enter(request, user)
    return SeeOther(next_url)


def enter(request: HttpRequest, user: User, factor: Factor | None = None) -> None:
    """Sign a browser in: its session gets a new key, the account a new sign-in, its cart the
    guest's."""
    cart_token = shopper_of(request).token
    request.session.pop(HALFWAY, None)
    auth.login(request, user, backend=BACKEND)
    verify(request, factor)
    note_proof(request)
    signed_in = commands.sign_in(
        user_id=user.pk,
        device=request.headers.get("User-Agent", ""),
        ip=context.current().inet,
        is_browser=True,
    )
    request.session[SIGN_IN] = str(signed_in.family)
    # However often it is written to: without this every write would prolong it.
    request.session.set_expiry(signed_in.expires_at)
    commands.announce_login(user_id=user.pk, cart_token=cart_token)


def sign_in_of(request: HttpRequest) -> UUID | None:
    """Return which sign-in of the account this browser is."""
    family = request.session.get(SIGN_IN)
    return UUID(family) if family else None


def verify(request: HttpRequest, factor: Factor | None) -> None:
    """Let this session count as proved by a second factor."""
    if factor is not None:
        django_otp.login(request, factor)


def halfway(request: HttpRequest) -> Halfway | None:
    """Return who waits to be let in; None once it took too long or the password changed."""
    kept: dict[str, Any] = request.session.get(HALFWAY, {})
    if kept.get("until", 0) < time():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True, deleted_at=None).first()
    if user is None or not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return Halfway(user, kept["next"])


def _wait(request: HttpRequest, user: User, next_url: str, how_long: timedelta) -> None:
    # A new key, and nothing of whoever used this browser before.
    request.session.flush()
    request.session[HALFWAY] = {
        "user": str(user.pk),
        "hash": user.get_session_auth_hash(),
        "until": time() + how_long.total_seconds(),
        "next": next_url,
    }
