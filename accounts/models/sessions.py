from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models.users import User
from shopflow.lib.rows import Row


class UserSession(Row):
    """One refresh token of a device that stays signed in; only its SHA-256 is kept.

    A token is used once and then has one child. All that came from one sign-in are a `family`,
    revoked together when a used one comes back.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    refresh_token_hash = models.CharField(max_length=64)
    family = models.UUIDField()
    # Expired rows leave one by one, the oldest of a family first.
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="children",
        db_index=False,
    )
    device = models.CharField(max_length=200, blank=True, db_default="")
    ip = models.GenericIPAddressField(null=True, blank=True)
    signed_in_at = models.DateTimeField(
        db_default=Now(), help_text="When the family began; it can't live on for ever"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "user_sessions"
        db_table_comment = "Devices that stay signed in: one row per refresh token"
        constraints = (
            models.UniqueConstraint(
                fields=["refresh_token_hash"], name="user_sessions_token_unique"
            ),
            models.UniqueConstraint(fields=["parent"], name="user_sessions_one_child"),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="user_sessions_not_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="user_sessions_expires_after_start",
            ),
        )
        indexes = (
            models.Index(fields=["family"], name="user_sessions_family_idx"),
            models.Index(fields=["expires_at"], name="user_sessions_expiry_idx"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} on {self.device or 'a device'}"
