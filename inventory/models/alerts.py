from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from catalog.models import ProductVariant
from shopflow.lib.rows import Row


class StockAlert(Row):
    """A shopper, with an account or an e-mail only, who waits for units of a variant.

    First come, first served: who is notified holds the units for a while, then the next is.
    Of the token in the mail only the SHA-256 is kept.
    """

    variant = models.ForeignKey(
        ProductVariant, on_delete=models.RESTRICT, related_name="stock_alerts"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="stock_alerts",
    )
    email = models.EmailField(max_length=254)
    quantity = models.IntegerField(default=1, db_default=1)
    token_hash = models.CharField(max_length=64)
    notified_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(
        null=True, blank=True, help_text="When the wait ended without a purchase"
    )

    class Meta:
        db_table = "stock_alerts"
        db_table_comment = "Shoppers who wait for a variant"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["variant", "email"],
                condition=Q(notified_at=None, expired_at=None),
                name="stock_alerts_one_open",
            ),
            models.UniqueConstraint(fields=["token_hash"], name="stock_alerts_token_unique"),
            models.CheckConstraint(
                condition=Q(("token_hash__regex", "^[0-9a-f]{64}$")),
                name="stock_alerts_token_is_hash",
            ),
            # Folded, or one shopper could wait twice.
            models.CheckConstraint(
                condition=Q(email=Lower("email")) & ~Q(email=""), name="stock_alerts_email_folded"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="stock_alerts_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(notified_at=None)
                | Q(expired_at=None)
                | Q(expired_at__gte=F("notified_at")),
                name="stock_alerts_expired_after_notified",
            ),
        )
        indexes = (
            models.Index(
                fields=["variant", "id"],
                condition=Q(notified_at=None, expired_at=None),
                name="stock_alerts_queue_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} for {self.quantity} × {self.variant_id}"
