"""Gift cards: tender bought before, whose balance is the sum of its ledger."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from orders.models import Order, OrderItem
from payments.models.refunds import Refund
from shopflow.lib.fields import MoneyField
from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact, Row, Stateful, iso_currency, one_of


class GiftCard(Row):
    """Money of the shop's that whoever knows the code may pay with.

    Of the code only a SHA-256 is kept, and its last four characters for people. A card that was
    never sent has a code that nobody knows; each sending makes a new one. `balance` moves
    only by one conditional UPDATE together with a row of the ledger, `held` (what unpaid orders
    will take of it) together with a GiftCardHold; the CHECKs stand behind both.
    """

    code_hash = models.CharField(max_length=64)
    code_last_four = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    initial_amount = MoneyField()
    balance = MoneyField(default=Decimal(0), db_default=Decimal(0))
    held = MoneyField(default=Decimal(0), db_default=Decimal(0))
    order_item = models.ForeignKey(
        OrderItem,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="gift_cards_made",
        db_index=False,
        help_text="The line it was bought as; empty: given by the shop",
    )
    unit = models.IntegerField(
        null=True, blank=True, help_text="Which unit of its line it is, from 1"
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
            models.CheckConstraint(
                condition=Q(held__gte=0, held__lte=F("balance")),
                name="gift_cards_held_within_balance",
            ),
            models.CheckConstraint(
                condition=Q(unit=None) | Q(order_item__isnull=False, unit__gt=0),
                name="gift_cards_unit_of_a_line",
            ),
            models.UniqueConstraint(fields=["order_item", "unit"], name="gift_cards_unit_unique"),
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

    @property
    def available(self) -> Decimal:
        """What may still be promised to an order, in the card's currency."""
        left: Decimal = self.balance - self.held
        return left

    @property
    def is_usable(self) -> bool:
        """Whether it may pay for anything now."""
        has_expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.is_active and not has_expired


class GiftCardHoldStatus(models.TextChoices):
    HELD = "held"
    SPENT = "spent"
    RELEASED = "released"
    REMOVED = "removed"


class GiftCardHold(Stateful):
    """What an order will take of a card once it is paid; kept from other orders until then.

    spent = in the ledger, released = the order was closed unpaid, removed = the shopper took the
    card off again.
    """

    Status = GiftCardHoldStatus

    TRANSITIONS: ClassVar = {
        Status.HELD: {Status.SPENT, Status.RELEASED, Status.REMOVED},
        # Only for an order that expired and whose late payment found everything still there.
        Status.RELEASED: {Status.HELD},
    }

    order = models.ForeignKey(
        Order, on_delete=models.RESTRICT, related_name="gift_card_holds", db_index=False
    )
    gift_card = models.ForeignKey(GiftCard, on_delete=models.RESTRICT, related_name="holds")
    amount = MoneyField()
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.HELD, db_default=Status.HELD
    )

    class Meta:
        db_table = "gift_card_holds"
        db_table_comment = "What unpaid orders will take of gift cards"
        ordering = ("id",)
        constraints = (
            one_of("status", GiftCardHoldStatus, table="gift_card_holds"),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="gift_card_holds_amount_positive"
            ),
            models.UniqueConstraint(
                fields=["order", "gift_card"],
                condition=Q(status="held"),
                name="gift_card_holds_one_per_order",
            ),
        )
        indexes = (
            models.Index(fields=["order", "status"], name="gift_card_holds_order_idx"),
            models.Index(
                fields=["id"], condition=Q(status="held"), name="gift_card_holds_open_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"


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
            models.UniqueConstraint(
                fields=["order", "gift_card"],
                condition=Q(type="redeem"),
                name="gift_card_transactions_redeemed_once",
            ),
        )
        indexes = (models.Index(fields=["gift_card", "id"], name="gift_card_ledger_idx"),)

    def __str__(self) -> str:
        return f"{self.type} {self.amount_change:+}"
