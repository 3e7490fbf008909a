from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalog.models import Product, ProductVariant
from orders.models.orders import Order
from shopflow.lib.fields import MoneyField
from shopflow.lib.postgres.rules import Frozen
from shopflow.lib.rows import Row, list_or_null, one_of


class OrderItemKind(models.TextChoices):
    SALE = "sale"
    GIFT = "gift"


class OrderItem(Row):
    """One line of an order, as it was sold: names, prices and tax are snapshots.

    Never changes after placement, but for `user`: guests' orders are claimed later. Edits are
    OrderChange rows. A line of gift cards says in `gift_cards` who gets each unit, as
    `carts.commands.gift_cards` wrote it; fewer entries than units: the last gets the rest.
    """

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
    product = models.ForeignKey(
        Product, on_delete=models.RESTRICT, related_name="+", db_index=False
    )
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
    gift_cards = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "order_items"
        db_table_comment = "Lines of orders, as sold"
        ordering = ("id",)
        constraints = (
            one_of("kind", OrderItemKind, table="order_items"),
            Frozen(
                fields=[
                    "order",
                    "product",
                    "variant",
                    "kind",
                    "quantity",
                    "unit_price",
                    "discount_amount",
                    "tax_amount",
                    "unit_cost",
                    "product_name",
                    "variant_name",
                    "sku",
                    "image_url",
                    "tax_class",
                ],
                name="order_items_frozen",
            ),
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
            models.CheckConstraint(
                condition=Q(unit_cost=None) | Q(unit_cost__gte=0),
                name="order_items_cost_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(product_name="") & ~Q(sku=""), name="order_items_names_not_empty"
            ),
            list_or_null("gift_cards", table="order_items"),
        )
        indexes = (
            # The sales of a product, newest first.
            models.Index(fields=["product", "-id"], name="order_items_product_idx"),
            models.Index(
                fields=["order"],
                condition=Q(gift_cards__isnull=False),
                name="order_items_gift_cards_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_name}"

    @property
    def is_gift_card(self) -> bool:
        """Whether it is money on cards: mailed when it is paid, never reserved or shipped."""
        return self.gift_cards is not None
