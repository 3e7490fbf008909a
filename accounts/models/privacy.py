from django.db import models
from django.db.models import F, Q

from accounts.models.users import valid_email
from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact, Row, one_of


class ErasureLog(Fact):
    """Somebody's personal data were erased. Never changed or deleted.

    Replayed after a restore, because the backup still knows them: hence plain ids, without foreign
    keys. `erased` maps each table to the number of rows that were changed or deleted there.
    """

    user_id = models.UUIDField()
    requested_by = models.UUIDField(
        null=True, blank=True, help_text="Who of the staff asked; empty: the person"
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    erased = models.JSONField()

    class Meta:
        db_table = "erasure_log"
        db_table_comment = "Erasures of personal data, append-only; replayed after a restore"
        verbose_name_plural = "erasure log"
        ordering = ("id",)
        constraints = (
            AppendOnly(name="erasure_log_append_only"),
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("requested_at")),
                name="erasure_log_finished_after_request",
            ),
        )
        indexes = (models.Index(fields=["user_id"], name="erasure_log_user_idx"),)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.finished_at:%Y-%m-%d}"


class MailKind(models.TextChoices):
    NEWSLETTER = "newsletter"
    CART_REMINDER = "cart_reminder"
    REVIEW_REQUEST = "review_request"
    BACK_IN_STOCK = "back_in_stock"
    PRICE_DROP = "price_drop"


class EmailPreference(Row):
    """Whether an address, with an account or without, still gets a kind of mail.

    The unsubscribe link of such a mail carries the token that `token_hash` is the SHA-256 of.
    """

    Kind = MailKind

    email = models.EmailField(max_length=255, help_text="Folded")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    token_hash = models.CharField(max_length=64)
    opted_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "email_preferences"
        db_table_comment = "Which mails an address wants, reached by the mails' own links"
        constraints = (
            one_of("kind", MailKind, table="email_preferences"),
            models.UniqueConstraint(fields=["email", "kind"], name="email_preferences_unique"),
            models.UniqueConstraint(fields=["token_hash"], name="email_preferences_token_unique"),
            valid_email(table="email_preferences"),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.email}"
