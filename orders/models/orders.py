from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from orders.models import totals
from orders.models.finding import OrderQuerySet
from orders.models.moves import EXPIRED, MOVES, OrderStatus
from orders.models.states import (
    OPEN,
    OrderFulfilmentStatus,
    OrderPaymentStatus,
    TaxExemption,
)
from shipping.models import ShippingMethod
from shopflow.lib.fields import MoneyField
from shopflow.lib.postgres.rules import GuardedMoves
from shopflow.lib.rows import Stateful, iso_currency, one_of

if TYPE_CHECKING:
    from orders.models.details import OrderAddress


def _status_has_time(column: str, *statuses: str) -> models.CheckConstraint:
    """Return the rule that an order in, or past, a status says since when."""
    return models.CheckConstraint(
        condition=~Q(status__in=statuses) | Q(**{f"{column}__isnull": False}),
        name=f"orders_{column.removesuffix('_at')}_has_time",
    )


class Order(Stateful):
    """A sale: what was bought, by whom, for how much, and how far it has come.

    Amounts are in `currency` and never change after placement; `price_trace` alone explains them.
    """

    Status = OrderStatus

    PaymentStatus = OrderPaymentStatus

    FulfilmentStatus = OrderFulfilmentStatus

    TaxExemption = TaxExemption

    TRANSITIONS: ClassVar = MOVES
    EXPIRED = EXPIRED

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="orders",
        db_index=False,
        help_text="Empty: a guest",
    )
    order_number = models.CharField(max_length=30)
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    payment_status = models.CharField(
        max_length=20,
        choices=PaymentStatus.choices,
        default=PaymentStatus.UNPAID,
        db_default=PaymentStatus.UNPAID,
    )
    fulfilment_status = models.CharField(
        max_length=20,
        choices=FulfilmentStatus.choices,
        default=FulfilmentStatus.UNFULFILLED,
        db_default=FulfilmentStatus.UNFULFILLED,
    )
    currency = models.CharField(max_length=3)
    subtotal = MoneyField()
    discount_total = MoneyField(default=Decimal(0), db_default=Decimal(0))
    shipping_cost = MoneyField(default=Decimal(0), db_default=Decimal(0))
    tax = MoneyField(default=Decimal(0), db_default=Decimal(0))
    total = MoneyField()
    amount_paid = MoneyField(default=Decimal(0), db_default=Decimal(0))
    amount_refunded = MoneyField(default=Decimal(0), db_default=Decimal(0))
    prices_include_tax = models.BooleanField(default=False, db_default=False)
    price_trace = models.JSONField(default=list, db_default=[])
    customer_email = models.EmailField(max_length=254)
    customer_phone = models.CharField(max_length=20, blank=True, db_default="")
    language = models.CharField(
        max_length=10, blank=True, db_default="", help_text="The shopper's, for mails and papers"
    )
    coupon_code = models.CharField(max_length=50, blank=True, db_default="")
    shipping_method = models.ForeignKey(
        ShippingMethod,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    shipping_method_name = models.CharField(max_length=100, blank=True, db_default="")
    is_pickup = models.BooleanField(
        default=False, db_default=False, help_text="Fetched at the shipping address, which is ours"
    )
    pickup_hours = models.CharField(max_length=255, blank=True, db_default="")
    vat_id = models.CharField(max_length=20, blank=True, db_default="")
    tax_exemption = models.CharField(
        max_length=20,
        choices=TaxExemption.choices,
        blank=True,
        db_default="",
        help_text="Why it bears no tax; empty: it does",
    )
    customer_note = models.TextField(blank=True, db_default="")
    guest_token_version = models.IntegerField(default=1, db_default=1)
    placed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=100, blank=True, db_default="")
    papers_wanted_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when an invoice or a credit note is to be issued"
    )
    metadata = models.JSONField(default=dict, blank=True, db_default={})

    objects: ClassVar = OrderQuerySet.as_manager()

    class Meta:
        db_table = "orders"
        db_table_comment = "Sales"
        permissions = (
            ("ship_order", "Can ship orders"),
            ("cancel_order", "Can cancel orders and send their money back"),
            ("mail_order", "Can send mails about orders again"),
            ("note_order", "Can write notes on orders"),
            ("edit_order", "Can take units out of orders that haven't shipped"),
            ("draft_order", "Can write orders for customers"),
        )
        constraints = (
            # One index for `=` and for the beginning of a number.
            models.UniqueConstraint(
                fields=["order_number"],
                opclasses=["varchar_pattern_ops"],
                name="orders_order_number_unique",
            ),
            models.CheckConstraint(
                condition=Q(order_number__regex=r"^ORD-[0-9]{4}-[0-9]{4,}$"),
                name="orders_order_number_format",
            ),
            one_of("status", OrderStatus, table="orders"),
            one_of("payment_status", OrderPaymentStatus, table="orders"),
            one_of("fulfilment_status", OrderFulfilmentStatus, table="orders"),
            models.CheckConstraint(
                condition=Q(tax_exemption__in=["", *TaxExemption.values]),
                name="orders_tax_exemption_known",
            ),
            models.CheckConstraint(
                condition=Q(tax_exemption="") | Q(tax=0), name="orders_exempt_bears_no_tax"
            ),
            models.CheckConstraint(
                condition=~Q(tax_exemption="reverse_charge") | ~Q(vat_id=""),
                name="orders_reverse_charge_names_vat_id",
            ),
            GuardedMoves(name="orders_status_move_legal"),
            iso_currency(table="orders"),
            totals.not_negative(table="orders"),
            totals.adds_up(table="orders"),
            models.CheckConstraint(
                condition=Q(discount_total__lte=F("subtotal") + F("shipping_cost")),
                name="orders_discount_at_most_price",
            ),
            models.CheckConstraint(
                condition=Q(amount_refunded__gte=0, amount_refunded__lte=F("amount_paid")),
                name="orders_refunded_at_most_paid",
            ),
            models.CheckConstraint(condition=~Q(customer_email=""), name="orders_email_not_empty"),
            # Two bytes hold the version in a guest's link; 0 means that no link opens the order.
            models.CheckConstraint(
                condition=Q(guest_token_version__range=(0, 0xFFFF)),
                name="orders_guest_token_version_in_range",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(guest_token_version__gt=0),
                name="orders_guest_or_user",
            ),
            _status_has_time(
                "confirmed_at", "confirmed", "processing", "shipped", "delivered", "refunded"
            ),
            _status_has_time("shipped_at", "shipped", "delivered"),
            _status_has_time("delivered_at", "delivered"),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at=None)),
                name="orders_cancelled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(shipped_at=None) | Q(confirmed_at__isnull=False),
                name="orders_shipped_after_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(shipped_at=None) | Q(shipped_at__gte=F("placed_at")),
                name="orders_shipped_after_placed",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None)
                | Q(shipped_at__isnull=False, delivered_at__gte=F("shipped_at")),
                name="orders_delivered_after_shipped",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(cancelled_at__gte=F("placed_at")),
                name="orders_cancelled_after_placed",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(cancelled_at=None),
                name="orders_never_delivered_and_cancelled",
            ),
        )
        indexes = (
            models.Index(fields=["user", "-id"], name="orders_user_idx"),
            models.Index(fields=["user", "status", "-placed_at"], name="orders_user_status_idx"),
            models.Index(
                fields=["status", "-id"], condition=Q(status__in=OPEN), name="orders_open_idx"
            ),
            models.Index(fields=["-placed_at", "-id"], name="orders_placed_at_idx"),
            models.Index(fields=["created_at"], name="orders_created_at_idx"),
            models.Index(
                fields=["papers_wanted_at"],
                condition=Q(papers_wanted_at__isnull=False),
                name="orders_papers_wanted_idx",
            ),
            models.Index(fields=["customer_email", "-id"], name="orders_email_idx"),
            # Who verifies an address claims what was ordered with it.
            models.Index(
                Lower("customer_email"), condition=Q(user=None), name="orders_guest_email_idx"
            ),
        )

    def __str__(self) -> str:
        return self.order_number

    @property
    def is_cancellable(self) -> bool:
        """Whether nothing has left yet; being packed it can still be stopped."""
        has_stayed = self.fulfilment_status == self.FulfilmentStatus.UNFULFILLED
        return has_stayed and self.status in {
            self.Status.PENDING,
            self.Status.CONFIRMED,
            self.Status.PROCESSING,
        }

    @property
    def is_shippable(self) -> bool:
        """Whether it is paid, kept its money, and something may be left to send."""
        is_open = self.status in {self.Status.CONFIRMED, self.Status.PROCESSING}
        return is_open and self.payment_status != self.PaymentStatus.REFUNDED

    @property
    def is_partly_shipped(self) -> bool:
        return self.fulfilment_status == self.FulfilmentStatus.PARTIAL

    @property
    def is_payable(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def has_expired(self) -> bool:
        return self.status == self.Status.CANCELLED and self.cancel_reason == self.EXPIRED

    @property
    def shipping_address(self) -> "OrderAddress":
        return next(a for a in self.addresses.all() if a.address_type == "shipping")
