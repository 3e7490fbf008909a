"""Everything that changes a cart."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from carts.errors import (
    CartItemNotFound,
    CartNotFound,
    CartTooLarge,
    QuantityOutOfRange,
    UnknownVariant,
    VariantOfAnotherProduct,
)
from carts.models import (
    Cart,
    CartCoupon,
    CartItem,
    CheckoutDraft,
    OpenedCart,
)
from carts.queries import find_cart, price_cart, token_hash
from catalog.queries import buyable_variant
from inventory.queries import available_of
from promotions.errors import CouponRefused
from promotions.models import Coupon
from shopflow.lib.limits import Limit
from shopflow.lib.transactions import command

MOST_UNITS = 999
MOST_LINES = 100
MOST_CODE_LENGTH = 50
MOST_CODES = 5
# For whoever enters one, around `enter_coupon`: guessing through all of them takes for ever.
REFUSED_COUPONS = Limit(name="refused-coupons", tries=20, per=timedelta(hours=1))


@command
def open_cart(*, user_id: UUID | None = None, token: str | None = None) -> OpenedCart:
    """Find the caller's open cart or make one; a guest without one gets a new token."""
    if (cart := find_cart(user_id=user_id, token=token)) is not None:
        return OpenedCart(cart, None if user_id else token)
    if user_id is not None:
        return OpenedCart(_cart_of(user_id), None)
    fresh = secrets.token_urlsafe(32)
    cart = Cart.objects.create(
        token_hash=token_hash(fresh),
        currency=settings.DEFAULT_CURRENCY,
        expires_at=timezone.now() + settings.GUEST_CART_LIFETIME,
    )
    return OpenedCart(cart, fresh)


@command
def add_line(
    *,
    cart_id: UUID,
    variant_id: UUID,
    quantity: int,
    product_id: UUID | None = None,
    gift_card: Mapping[str, str] | None = None,
) -> CartItem:
    """Put units of a variant into a cart, on top of those already in it.

    `gift_card` says who gets these units of one: `carts.forms.GiftCardForm`.

    Raises QuantityOutOfRange, UnknownVariant, VariantOfAnotherProduct, CartTooLarge, CartNotFound.
    """
    _check_quantity(quantity)
    variant = buyable_variant(variant_id)
    if variant is None:
        raise UnknownVariant
    if product_id is not None and variant.product_id != product_id:
        raise VariantOfAnotherProduct
    cart = _locked(cart_id)
    item = CartItem.objects.filter(cart=cart, variant=variant).first()
    if item is None:
        if cart.items.count() >= MOST_LINES:
            raise CartTooLarge
        item = CartItem(cart=cart, variant=variant, product_id=variant.product_id, quantity=0)
    _check_quantity(item.quantity + quantity)
    if variant.product.is_gift_card:
        item.gift_cards = item.recipients + [dict(gift_card or {})] * quantity
    item.quantity += quantity
    item.unit_price = variant.price
    item.save()
    return item


@command
def open_cart_with(*, user_id: UUID | None = None, **line: Any) -> OpenedCart:
    """Make a guest's cart with its first line, or neither; a user's is made when there is none.

    Raises QuantityOutOfRange, UnknownVariant, CartTooLarge.
    """
    opened = open_cart(user_id=user_id)
    add_line(cart_id=opened.cart.pk, **line)
    return opened


@command
def set_quantity(*, cart_id: UUID, item_id: UUID, quantity: int) -> CartItem:
    """Change how many units a line has. Raises QuantityOutOfRange, CartItemNotFound.

    Safe to repeat.
    """
    _check_quantity(quantity)
    _locked(cart_id)
    item = CartItem.objects.filter(cart=cart_id, pk=item_id).first()
    if item is None:
        raise CartItemNotFound
    item.quantity = quantity
    item.save(update_fields=["quantity", "updated_at"])
    return item


@command
def remove_line(*, cart_id: UUID, item_id: UUID) -> None:
    """Take a line out of a cart. Raises CartItemNotFound."""
    _locked(cart_id)
    deleted, _ = CartItem.objects.filter(cart=cart_id, pk=item_id).delete()
    if not deleted:
        raise CartItemNotFound


@command
def enter_coupon(*, cart_id: UUID, code: str) -> None:
    """Enter a coupon for a cart.

    Raises CouponRefused saying why it takes nothing off, or which other has to go first.
    """
    cart = _locked(cart_id)
    coupon = _coupon(code)
    _check_together(cart, coupon)
    CartCoupon.objects.get_or_create(cart=cart, coupon=coupon)
    # The refusal undoes what was just written.
    found = {one.id: one for one in price_cart(cart_id=cart_id).coupons}[coupon.pk]
    if found.problem:
        raise CouponRefused(found.problem, reason=found.reason)


@command
def remove_coupon(*, cart_id: UUID, code: str) -> None:
    """Take a coupon out of a cart. Safe to repeat."""
    _locked(cart_id)
    CartCoupon.objects.filter(cart=cart_id, coupon__code__iexact=code.strip()).delete()


@command
def close(*, cart_id: UUID) -> None:
    """Close an open cart: it becomes an order. Raises CartNotFound when it's closed already.

    One conditional UPDATE, which also makes a second order of the same cart wait and then fail.
    """
    now = timezone.now()
    if not Cart.objects.open().filter(pk=cart_id).update(closed_at=now, updated_at=now):
        raise CartNotFound


@command
def merge_guest_cart(*, user_id: UUID, token: str) -> None:
    """Put what a guest collected into the cart of the account they came into; theirs is deleted.

    Units of the same variant add up, to what is in stock and to MOST_UNITS at most. A coupon comes
    along if the account's cart has none, what was typed at checkout always. Lines beyond MOST_LINES
    stay in the guest's cart, so nothing is lost. Safe to repeat.
    """
    if (found := find_cart(token=token)) is None:
        return
    guests = Cart.objects.open().select_for_update(no_key=True).filter(pk=found.pk, user=None)
    if (guest := guests.first()) is None:
        return
    cart = _locked(open_cart(user_id=user_id).cart.pk)
    _move_lines(guest, cart)
    if not cart.entered.exists():
        guest.entered.update(cart=cart, updated_at=timezone.now())
    # What they typed last, as guests, is what they mean.
    if CheckoutDraft.objects.filter(cart=guest).exists():
        CheckoutDraft.objects.filter(cart=cart).delete()
        CheckoutDraft.objects.filter(cart=guest).update(cart=cart)
    if not guest.items.exists():
        guest.delete()


def _move_lines(guest: Cart, cart: Cart) -> None:
    own = {item.variant_id: item for item in cart.items.all()}
    lines = list(guest.items.select_related("variant"))
    available = available_of(line.variant_id for line in lines)
    merged, changed = [], []
    for line in lines:
        if (same := own.get(line.variant_id)) is not None:
            if same.gift_cards is not None:
                same.gift_cards = same.recipients + line.recipients
            same.quantity += line.quantity
            merged.append(line.pk)
        elif len(own) < MOST_LINES:
            same, line.cart = line, cart
            own[line.variant_id] = line
        else:
            continue
        if line.variant.backorder_policy != line.variant.Backorder.CONTINUE:
            # One stays although none is left: the cart says that it has sold out.
            same.quantity = min(same.quantity, max(available[line.variant_id], 1))
        same.quantity, same.updated_at = min(same.quantity, MOST_UNITS), timezone.now()
        changed.append(same)
    CartItem.objects.filter(pk__in=merged).delete()
    CartItem.objects.bulk_update(changed, ["cart", "quantity", "gift_cards", "updated_at"])


def _cart_of(user_id: UUID) -> Cart:
    """Two requests at once make one cart: the partial unique index decides which."""
    try:
        with transaction.atomic():
            return Cart.objects.create(user_id=user_id, currency=settings.DEFAULT_CURRENCY)
    except IntegrityError:
        return Cart.objects.open().get(user_id=user_id, created_by=None)


def _locked(cart_id: UUID) -> Cart:
    cart = Cart.objects.open().select_for_update(no_key=True).filter(pk=cart_id).first()
    if cart is None:
        raise CartNotFound
    return cart


def _coupon(code: str) -> Coupon:
    text = code.strip()
    if not text or len(text) > MOST_CODE_LENGTH or "\0" in text:
        raise CouponRefused
    coupon: Coupon | None = Coupon.objects.filter(code__iexact=text, deleted_at=None).first()
    if coupon is None:
        raise CouponRefused
    return coupon


def _check_together(cart: Cart, coupon: Coupon) -> None:
    entered = CartCoupon.objects.filter(cart=cart).exclude(coupon=coupon)
    others = [other.coupon for other in entered.select_related("coupon").order_by("id")]
    for other in others:
        if not (coupon.stackable and other.stackable):
            raise CouponRefused(
                f"One code per order: remove {other.code} first.", reason="not_combinable"
            )
    if len(others) >= MOST_CODES:
        raise CouponRefused(f"An order takes {MOST_CODES} codes at most.", reason="too_many_codes")


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MOST_UNITS:
        raise QuantityOutOfRange
