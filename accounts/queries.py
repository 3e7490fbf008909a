"""What accounts can be asked."""

from uuid import UUID

from django.utils import timezone

from accounts.models import UserSession


def live_sign_ins(user_id: UUID) -> list[UserSession]:
    """Return a person's devices that are signed in, the last used first: one row per family.

    `created_at` is when the device last showed up, `ip` from where, `signed_in_at` the beginning.
    """
    live = UserSession.objects.filter(
        user=user_id, used_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return list(live.order_by("-created_at", "-pk"))


def revoked_key(family: UUID | str) -> str:
    """Return the key in the cache that is set once a sign-in is revoked."""
    return f"sign-in:{family}"
