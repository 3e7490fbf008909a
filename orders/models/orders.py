from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from catalog.models import Product, ProductVariant
from shipping.models import ShippingMethod
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, Stateful, one_of

if TYPE_CHECKING:
    from orders.models.details import OrderAddress


class OrderQuerySet(models.QuerySet["Order"]):
    def with_details(self) -> "OrderQuerySet":
        """Everything an order page shows, in a fixed number of queries."""
        return self.prefetch_related(
            "items", "addresses", "tax_lines", "discount_lines", "shipments__items"
        )

    def overdue(self) -> "OrderQuerySet":
        """Unpaid orders whose held stock is past its time."""
        return self.filter(
            pk__in=models.Subquery(
                OrderItem.objects.filter(
                    reservations__status="held", reservations__expires_at__lt=Now()
                ).values("order")
            ),
            status=Order.Status.PENDING,
        )


class OrderStatus(models.TextChoices):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class OrderPaymentStatus(models.TextChoices):
    UNPAID = "unpaid"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


class OrderFulfilmentStatus(models.TextChoices):
    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    RETURNED = "returned"


class Order(Stateful):
    """A sale: what was bought, by whom, for how much, and how far it has come.

    Amounts are in `currency` and never change after placement; `price_trace` alone explains them.
    """

    Status = OrderStatus

    PaymentStatus = OrderPaymentStatus

    FulfilmentStatus = OrderFulfilmentStatus

    TRANSITIONS: ClassVar = {
        Status.PENDING: {Status.CONFIRMED, Status.CANCELLED},
        Status.CONFIRMED: {Status.PROCESSING, Status.CANCELLED, Status.REFUNDED},
        Status.PROCESSING: {Status.SHIPPED, Status.CANCELLED, Status.REFUNDED},
        Status.SHIPPED: {Status.DELIVERED, Status.REFUNDED},
        Status.DELIVERED: {Status.REFUNDED},
        # Only for an order that expired and whose late payment found stock again: `reopen`.
        Status.CANCELLED: {Status.CONFIRMED},
    }
    EXPIRED = "expired"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="orders",
    )
    order_number = models.CharField(max_length=30, unique=True)
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
    coupon_code = models.CharField(max_length=50, blank=True, db_default="")
    shipping_method = models.ForeignKey(
        ShippingMethod, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    shipping_method_name = models.CharField(max_length=100, blank=True, db_default="")
    customer_note = models.TextField(blank=True, db_default="")
    guest_token_version = models.IntegerField(default=1, db_default=1)
    placed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=100, blank=True, db_default="")
    metadata = models.JSONField(default=dict, blank=True, db_default={})

    objects: ClassVar = OrderQuerySet.as_manager()

    class Meta:
        db_table = "orders"
        db_table_comment = "Sales"
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=OrderStatus.values), name="orders_status_known"
            ),
            models.CheckConstraint(
                condition=Q(payment_status__in=OrderPaymentStatus.values),
                name="orders_payment_status_known",
            ),
            models.CheckConstraint(
                condition=Q(fulfilment_status__in=OrderFulfilmentStatus.values),
                name="orders_fulfilment_status_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    subtotal__gte=0,
                    discount_total__gte=0,
                    shipping_cost__gte=0,
                    tax__gte=0,
                    total__gte=0,
                ),
                name="orders_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    total=F("subtotal")
                    - F("discount_total")
                    + F("shipping_cost")
                    + Case(
                        When(
                            prices_include_tax=True,
                            then=Value(Decimal(0), output_field=MoneyField()),
                        ),
                        default=F("tax"),
                        output_field=MoneyField(),
                    )
                ),
                name="orders_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(discount_total__lte=F("subtotal") + F("shipping_cost")),
                name="orders_discount_at_most_price",
            ),
            models.CheckConstraint(
                condition=Q(amount_refunded__gte=0, amount_refunded__lte=F("amount_paid")),
                name="orders_refunded_at_most_paid",
            ),
            models.CheckConstraint(
                condition=Q(shipped_at=None) | Q(confirmed_at__isnull=False),
                name="orders_shipped_after_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(delivered_at__gte=F("shipped_at")),
                name="orders_delivered_after_shipped",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at=None)),
                name="orders_cancelled_has_time",
            ),
            models.CheckConstraint(condition=~Q(customer_email=""), name="orders_email_not_empty"),
        )
        indexes = (
            models.Index(fields=["user", "-id"], name="orders_user_idx"),
            models.Index(fields=["status", "-id"], name="orders_status_idx"),
            models.Index(fields=["customer_email", "-id"], name="orders_email_idx"),
        )

    def __str__(self) -> str:
        return self.order_number

    @property
    def is_cancellable(self) -> bool:
        return self.status in {self.Status.PENDING, self.Status.CONFIRMED, self.Status.PROCESSING}

    @property
    def is_payable(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def has_expired(self) -> bool:
        return self.status == self.Status.CANCELLED and self.cancel_reason == self.EXPIRED

    @property
    def shipping_address(self) -> "OrderAddress":
        return next(a for a in self.addresses.all() if a.address_type == "shipping")


class OrderItemKind(models.TextChoices):
    SALE = "sale"
    GIFT = "gift"


class OrderItem(Row):
    """One line of an order, as it was sold: names, prices and tax are snapshots."""

    Kind = OrderItemKind

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="Copy of the order's, for row-level security",
    )
    variant = models.ForeignKey(ProductVariant, on_delete=models.RESTRICT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(
        max_length=10, choices=Kind.choices, default=Kind.SALE, db_default=Kind.SALE
    )
    quantity = models.IntegerField()
    unit_price = MoneyField()
    discount_amount = MoneyField(default=Decimal(0), db_default=Decimal(0))
    tax_amount = MoneyField(default=Decimal(0), db_default=Decimal(0))
    unit_cost = MoneyField(null=True, blank=True)
    line_total = models.GeneratedField(
        expression=F("unit_price") * F("quantity"), output_field=MoneyField(), db_persist=True
    )
    product_name = models.CharField(max_length=255)
    variant_name = models.CharField(max_length=255, blank=True, db_default="")
    sku = models.CharField(max_length=100)
    image_url = models.CharField(max_length=500, blank=True, db_default="")
    tax_class = models.CharField(max_length=30, db_default="standard")

    class Meta:
        db_table = "order_items"
        db_table_comment = "Lines of orders, as sold"
        ordering = ("id",)
        constraints = (
            one_of("kind", OrderItemKind, table="order_items"),
            models.UniqueConstraint(
                fields=["order", "variant", "kind"], name="order_items_variant_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="order_items_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(
                    unit_price__gte=0,
                    tax_amount__gte=0,
                    discount_amount__gte=0,
                    discount_amount__lte=F("unit_price") * F("quantity"),
                ),
                name="order_items_amounts_in_range",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_name}"
