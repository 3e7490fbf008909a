"""What someone means to buy."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import Exact

from catalog.models import Product, ProductVariant
from promotions.models import Coupon
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, list_or_null, one_of


class CartQuerySet(models.QuerySet["Cart"]):
    def open(self) -> "CartQuerySet":
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), closed_at=None)


class Cart(Row):
    """A cart of a shopper with an account, or of a guest who holds its token.

    With `created_by` it is a draft or phone order, which staff write for `user` or `email`.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="carts",
    )
    # NULL, not empty: UNIQUE would allow only one empty one.
    token_hash = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        db_index=False,
        help_text="Empty: the shopper",
    )
    name = models.CharField(max_length=100, blank=True, db_default="")
    currency = models.CharField(max_length=3)
    email = models.EmailField(max_length=254, blank=True, db_default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    coupons: Any = models.ManyToManyField(Coupon, through="carts.CartCoupon", related_name="carts")

    objects: ClassVar = CartQuerySet.as_manager()

    class Meta:
        db_table = "carts"
        db_table_comment = "What someone means to buy"
        constraints = (
            models.CheckConstraint(
                condition=Q(created_by=None) & (Q(user__isnull=False) | Q(token_hash__isnull=False))
                | Q(created_by__isnull=False, token_hash=None),
                name="carts_user_or_token",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(closed_at=None, created_by=None),
                name="carts_one_open_per_user",
            ),
            models.UniqueConstraint(fields=["token_hash"], name="carts_token_unique"),
            models.CheckConstraint(
                condition=Q(("token_hash__regex", "^[0-9a-f]{64}$")), name="carts_token_is_hash"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False)
                | Q(created_by__isnull=False)
                | Q(expires_at__isnull=False),
                name="carts_guest_expires",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="carts_currency_is_code"
            ),
        )
        indexes = (
            models.Index(
                fields=["expires_at"], condition=Q(closed_at=None), name="carts_expiry_idx"
            ),
            models.Index(
                fields=["created_by", "id"],
                condition=Q(created_by__isnull=False),
                name="carts_draft_idx",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


@dataclass(frozen=True)
class OpenedCart:
    """A cart, and for guests the token that opens it (only its hash is stored)."""

    cart: Cart
    token: str | None


class CartItem(Row):
    """So many of a variant in a cart; `unit_price` is what it cost when it was added.

    `gift_cards` says of a gift card who gets which unit: see `orders.models.items.OrderItem`.
    """

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey(ProductVariant, on_delete=models.CASCADE, related_name="+")
    quantity = models.IntegerField()
    unit_price = MoneyField()
    gift_cards = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "cart_items"
        db_table_comment = "Variants in carts"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["cart", "variant"], include=["product"], name="cart_items_variant_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="cart_items_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0), name="cart_items_price_not_negative"
            ),
            list_or_null("gift_cards", table="cart_items"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"

    @property
    def recipients(self) -> list[dict[str, str]]:
        """Who gets each unit of a gift card; who was named last gets all that follow."""
        told: list[dict[str, str]] = list(self.gift_cards or [{}])
        told += told[-1:] * (self.quantity - len(told))
        return told[: self.quantity]


class CartCoupon(Row):
    """A coupon somebody entered for a cart."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="entered", db_index=False)
    coupon = models.ForeignKey(Coupon, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "cart_coupons"
        db_table_comment = "Coupons entered for carts"
        constraints = (
            models.UniqueConstraint(fields=["cart", "coupon"], name="cart_coupons_unique"),
        )

    def __str__(self) -> str:
        return f"{self.coupon_id} in {self.cart_id}"


class CheckoutDraft(Row):
    """What a shopper has typed at checkout so far, so that no error or reload loses it.

    `answers` are field names and texts; never a card's.
    """

    cart = models.OneToOneField(Cart, on_delete=models.CASCADE, related_name="checkout_draft")
    answers = models.JSONField(default=dict, blank=True, db_default={})

    class Meta:
        db_table = "checkout_drafts"
        db_table_comment = "What shoppers have typed at checkout so far"
        constraints = (
            models.CheckConstraint(
                condition=Exact(
                    Func(F("answers"), function="jsonb_typeof", output_field=models.CharField()),
                    Value("object"),
                ),
                name="checkout_drafts_answers_are_object",
            ),
        )

    def __str__(self) -> str:
        return f"of {self.cart_id}"


class WishlistKind(models.TextChoices):
    WISHES = "wishes"
    SAVED_FOR_LATER = "saved_for_later"


class Wishlist(Row):
    """Things a shopper, or a guest who holds the token, wants to keep in sight.

    saved_for_later = lines taken out of the cart for now. Whoever has the share token may read
    the list of wishes.
    """

    Kind = WishlistKind

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="wishlists",
        db_index=False,
    )
    # NULL, not empty: UNIQUE would allow only one empty one.
    token_hash = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    kind = models.CharField(
        max_length=20, choices=Kind.choices, default=Kind.WISHES, db_default=Kind.WISHES
    )
    name = models.CharField(max_length=100, blank=True, db_default="")
    share_token = models.CharField(  # noqa: DJ001
        max_length=64, null=True, blank=True, help_text="Empty: not shared"
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "wishlists"
        db_table_comment = "Things shoppers want to keep in sight"
        constraints = (
            one_of("kind", WishlistKind, table="wishlists"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, token_hash=None)
                | Q(user=None, token_hash__isnull=False, expires_at__isnull=False),
                name="wishlists_user_or_token",
            ),
            models.UniqueConstraint(fields=["user", "kind"], name="wishlists_user_unique"),
            models.UniqueConstraint(fields=["token_hash", "kind"], name="wishlists_token_unique"),
            models.CheckConstraint(
                condition=Q(("token_hash__regex", "^[0-9a-f]{64}$")), name="wishlists_token_is_hash"
            ),
            models.UniqueConstraint(fields=["share_token"], name="wishlists_share_unique"),
            models.CheckConstraint(
                condition=Q(share_token=None) | (Q(kind="wishes") & ~Q(share_token="")),
                name="wishlists_only_wishes_shared",
            ),
        )
        indexes = (
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False),
                name="wishlists_expiry_idx",
            ),
        )

    def __str__(self) -> str:
        return self.name or str(self.id)


class WishlistItem(Row):
    """A product on a wish list; without a variant the shopper hasn't chosen one yet.

    `unit_price` is what it cost when it was added.
    """

    wishlist = models.ForeignKey(
        Wishlist, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey(
        ProductVariant, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    quantity = models.IntegerField(default=1, db_default=1)
    unit_price = MoneyField()

    class Meta:
        db_table = "wishlist_items"
        db_table_comment = "Products on wish lists"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["wishlist", "product", "variant"],
                nulls_distinct=False,
                name="wishlist_items_variant_unique",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="wishlist_items_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0), name="wishlist_items_price_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id or self.product_id}"
