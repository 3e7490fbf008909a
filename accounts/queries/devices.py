"""Which devices somebody is signed in on."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import UserSession
from shopflow.lib.paging import Order

# Where a browser's session keeps the family of its sign-in.
SIGN_IN = "sign_in"
# Ids are made by time.
LAST_SEEN = Order(["-id"])


def sign_ins_of(user_id: UUID) -> "QuerySet[UserSession]":
    """Return a person's devices that are signed in: one row per family; sort by LAST_SEEN.

    `created_at` is when the device last showed up, `ip` from where, `signed_in_at` the beginning.
    """
    return UserSession.objects.filter(
        user=user_id, used_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )


def live_sign_ins(user_id: UUID) -> list[UserSession]:
    """Return all of them, the last seen first."""
    return list(sign_ins_of(user_id).order_by("-id"))


def revoked_key(family: UUID | str) -> str:
    """Return the key in the cache that is set once a sign-in is revoked."""
    return f"sign-in:{family}"
