"""Links that work once. Only the SHA-256 of what is mailed is kept; used rows are deleted."""

from django.db import models
from django.db.models import F, Q

from accounts.models.users import User, valid_email
from shopflow.lib.rows import Fact, one_of


class ResetPurpose(models.TextChoices):
    FORGOTTEN = "forgotten"
    INVITATION = "invitation"


class PasswordReset(Fact):
    """A link by which somebody sets a password: the old one is forgotten, or there is none yet."""

    Purpose = ResetPurpose

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_resets")
    token_hash = models.CharField(max_length=64)
    bound_to = models.CharField(
        max_length=64, help_text="SHA-256 of the password's hash and the e-mail it was made under"
    )
    purpose = models.CharField(
        max_length=20,
        choices=Purpose.choices,
        default=Purpose.FORGOTTEN,
        db_default=Purpose.FORGOTTEN,
    )
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "password_resets"
        db_table_comment = "Mailed links that set a password, each used once"
        constraints = (
            one_of("purpose", ResetPurpose, table="password_resets"),
            models.UniqueConstraint(fields=["token_hash"], name="password_resets_token_unique"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="password_resets_expires_after_start",
            ),
        )
        indexes = (models.Index(fields=["expires_at"], name="password_resets_expiry_idx"),)

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"


class VerificationPurpose(models.TextChoices):
    REGISTRATION = "registration"
    EMAIL_CHANGE = "email_change"


class VerificationToken(Fact):
    """A link by which somebody proves to read the mails of an address, new or newly chosen."""

    Purpose = VerificationPurpose

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="verification_tokens")
    token_hash = models.CharField(max_length=64)
    purpose = models.CharField(
        max_length=20,
        choices=Purpose.choices,
        default=Purpose.REGISTRATION,
        db_default=Purpose.REGISTRATION,
    )
    email = models.EmailField(max_length=255, help_text="The address the link was sent to")
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "verification_tokens"
        db_table_comment = "Mailed links that verify an e-mail address, each used once"
        constraints = (
            one_of("purpose", VerificationPurpose, table="verification_tokens"),
            models.UniqueConstraint(fields=["token_hash"], name="verification_tokens_token_unique"),
            valid_email(table="verification_tokens"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="verification_tokens_expires_after_start",
            ),
        )
        indexes = (models.Index(fields=["expires_at"], name="verification_tokens_expiry_idx"),)

    def __str__(self) -> str:
        return f"{self.purpose} {self.email}"
