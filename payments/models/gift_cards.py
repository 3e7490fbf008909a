"""Gift cards: tender bought before, whose balance is the sum of its ledger."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from orders.models import Order, OrderItem
from payments.models.refunds import Refund
from shopflow.lib.fields import MoneyField
from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact, Row, iso_currency, one_of


class GiftCard(Row):
    """Money of the shop's that whoever knows the code may pay with.

    Of the code only a SHA-256 is kept, and its last four characters for people. `balance` moves
    only by one conditional UPDATE together with a row of the ledger; the CHECK stands behind it.
    """

    code_hash = models.CharField(max_length=64)
    code_last_four = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    initial_amount = MoneyField()
    balance = MoneyField(default=Decimal(0), db_default=Decimal(0))
    order_item = models.ForeignKey(
        OrderItem,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="gift_cards",
        help_text="The line it was bought as; empty: given by the shop",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="gift_cards",
        help_text="Whose account keeps it",
    )
    sender_name = models.CharField(max_length=200, blank=True, db_default="")
    recipient_name = models.CharField(max_length=200, blank=True, db_default="")
    recipient_email = models.EmailField(max_length=254, blank=True, db_default="")
    message = models.TextField(blank=True, db_default="")
    send_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )

    class Meta:
        db_table = "gift_cards"
        db_table_comment = "Gift cards and what is left on them; only hashes of their codes"
        constraints = (
            iso_currency(table="gift_cards"),
            models.UniqueConstraint(fields=["code_hash"], name="gift_cards_code_unique"),
            models.CheckConstraint(
                condition=Q(code_hash__regex=r"^[0-9a-f]{64}$"), name="gift_cards_code_hashed"
            ),
            models.CheckConstraint(
                condition=Q(initial_amount__gt=0), name="gift_cards_initial_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0), name="gift_cards_balance_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                name="gift_cards_expires_after_made",
            ),
        )
        indexes = (
            models.Index(
                fields=["send_at"],
                condition=Q(sent_at=None, send_at__isnull=False),
                name="gift_cards_to_send_idx",
            ),
        )

    def __str__(self) -> str:
        return f"…{self.code_last_four}"


class GiftCardMove(models.TextChoices):
    ISSUE = "issue"
    REDEEM = "redeem"
    REFUND = "refund"
    ADJUSTMENT = "adjustment"
    EXPIRY = "expiry"


class GiftCardTransaction(Fact):
    """One move of a gift card's money, in the card's currency. Never changed or deleted."""

    Type = GiftCardMove

    gift_card = models.ForeignKey(
        GiftCard, on_delete=models.RESTRICT, related_name="transactions", db_index=False
    )
    order = models.ForeignKey(
        Order,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="gift_card_transactions",
        help_text="The order it paid for, or that gave it back",
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    type = models.CharField(max_length=20, choices=Type.choices)
    amount_change = MoneyField()
    balance_after = MoneyField()
    reason = models.CharField(max_length=100, blank=True, db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )

    class Meta:
        db_table = "gift_card_transactions"
        db_table_comment = "Ledger of gift cards, append-only"
        ordering = ("id",)
        constraints = (
            AppendOnly(name="gift_card_transactions_append_only", erasable=["reason"]),
            one_of("type", GiftCardMove, table="gift_card_transactions"),
            models.CheckConstraint(
                condition=Q(type__in=["issue", "refund"], amount_change__gt=0)
                | Q(type__in=["redeem", "expiry"], amount_change__lt=0)
                | (Q(type="adjustment") & ~Q(amount_change=0)),
                name="gift_card_transactions_sign_fits_type",
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0), name="gift_card_transactions_after_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(type="redeem") | Q(order__isnull=False),
                name="gift_card_transactions_redeem_names_order",
            ),
            models.UniqueConstraint(
                fields=["gift_card"],
                condition=Q(type="issue"),
                name="gift_card_transactions_issued_once",
            ),
        )
        indexes = (models.Index(fields=["gift_card", "id"], name="gift_card_ledger_idx"),)

    def __str__(self) -> str:
        return f"{self.type} {self.amount_change:+}"
