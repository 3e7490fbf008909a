from django.conf import settings
from django.db import models
from django.db.models import Q

from shopflow.lib.rows import Row


def expiry_in_range(table: str, *, month: str, year: str) -> models.CheckConstraint:
    """Return the named CHECK that a card's month and year are both there and possible, or none."""
    # Said twice: a CHECK passes on NULL, so a month without a year would.
    known = Q(**{f"{month}__isnull": False, f"{year}__isnull": False})
    there = known & Q(**{f"{month}__range": (1, 12), f"{year}__range": (2000, 2100)})
    return models.CheckConstraint(
        condition=there | Q(**{month: None, year: None}), name=f"{table}_expiry_in_range"
    )


class UserPaymentMethod(Row):
    """A way to pay that a shopper had the provider remember. We know its token, never its number.

    Soft-deleted: payments go on naming it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="payment_methods"
    )
    provider = models.CharField(max_length=30)
    provider_payment_method_id = models.CharField(max_length=100)
    card_brand = models.CharField(max_length=50, blank=True, db_default="")
    card_last_four = models.CharField(max_length=4, blank=True, db_default="")
    exp_month = models.SmallIntegerField(null=True, blank=True)
    exp_year = models.SmallIntegerField(null=True, blank=True)
    is_default = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True, db_default=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    detached_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since when the provider forgot it too"
    )

    class Meta:
        db_table = "user_payment_methods"
        db_table_comment = "Ways to pay that providers remember for shoppers: tokens only"
        constraints = (
            models.UniqueConstraint(
                fields=["provider_payment_method_id"],
                name="user_payment_methods_provider_id_unique",
            ),
            # A number of 12 to 19 digits is a card's (ISO/IEC 7812-1), which we never keep.
            models.CheckConstraint(
                condition=~Q(provider_payment_method_id="")
                & ~Q(provider_payment_method_id__regex=r"^[0-9 -]{12,}$"),
                name="user_payment_methods_token_only",
            ),
            models.CheckConstraint(
                condition=Q(card_last_four="") | Q(card_last_four__regex=r"^[0-9]{4}$"),
                name="user_payment_methods_last_four_digits",
            ),
            expiry_in_range("user_payment_methods", month="exp_month", year="exp_year"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(is_default=True),
                name="user_payment_methods_one_default",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(is_active=True, deleted_at=None),
                name="user_payment_methods_default_usable",
            ),
            models.CheckConstraint(
                condition=Q(detached_at=None) | Q(deleted_at__isnull=False),
                name="user_payment_methods_detached_is_deleted",
            ),
        )
        indexes = (
            models.Index(
                fields=["deleted_at"],
                condition=Q(deleted_at__isnull=False, detached_at=None),
                name="user_payment_methods_attached",
            ),
        )

    def __str__(self) -> str:
        return f"{self.card_brand} {self.card_last_four}".strip() or self.provider
