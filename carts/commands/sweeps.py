"""Carts and wish lists nobody needs any more: what is past its time, deleted, or closed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from carts.commands.drafts import KEPT_FOR
from carts.models import Cart, CartItem, Wishlist, WishlistItem
from shopflow.lib.transactions import command


@command
def drop_expired(*, limit: int = 500) -> int:
    """Delete guest carts past their time; return how many. Safe to repeat."""
    stale = Cart.objects.filter(expires_at__lt=timezone.now(), closed_at=None)
    ids = list(stale.values_list("pk", flat=True)[:limit])
    Cart.objects.filter(pk__in=ids).delete()
    return len(ids)


@command
def drop_ordered(*, limit: int = 500) -> int:
    """Delete carts that became orders KEPT_FOR ago; return how many. Safe to repeat.

    They hold e-mails, addresses and who gets a gift card, and the order says all that is needed.
    """
    old = Cart.objects.filter(closed_at__lt=timezone.now() - KEPT_FOR)
    ids = list(old.values_list("pk", flat=True)[:limit])
    Cart.objects.filter(pk__in=ids).delete()
    return len(ids)


@command
def drop_deleted_products(*, product_id: UUID | None = None, limit: int = 500) -> int:
    """Take deleted products, or one of them, out of open carts and wish lists.

    At most `limit` carts and as many wishes at a time; a cart somebody works on waits for the
    next sweep. Returns how many lines went. Safe to repeat.
    """
    which: dict[str, Any] = {"product__deleted_at__isnull": False}
    if product_id is not None:
        which["product"] = product_id
    lines = CartItem.objects.filter(cart__closed_at=None, **which)
    carts = _free(list(lines.values_list("cart", flat=True).distinct()[:limit]))
    gone, _ = CartItem.objects.filter(cart__in=carts, **which).delete()
    wishes = list(WishlistItem.objects.filter(**which).values_list("pk", flat=True)[:limit])
    gone_wishes, _ = WishlistItem.objects.filter(pk__in=wishes).delete()
    return gone + gone_wishes


@command
def drop_carts_of_closed_accounts(*, user_id: UUID | None = None, limit: int = 500) -> int:
    """Delete the open carts and the wish lists of closed accounts, or of one of them.

    Returns how many of both went, at most `limit` of each. Safe to repeat.
    """
    which: dict[str, Any] = {"user__deleted_at__isnull": False}
    if user_id is not None:
        which["user"] = user_id
    open_ones = Cart.objects.filter(closed_at=None, **which)
    carts = _free(list(open_ones.values_list("pk", flat=True)[:limit]))
    Cart.objects.filter(pk__in=carts).delete()
    wishlists = list(Wishlist.objects.filter(**which).values_list("pk", flat=True)[:limit])
    Wishlist.objects.filter(pk__in=wishlists).delete()
    return len(carts) + len(wishlists)


def _free(cart_ids: Sequence[UUID]) -> list[UUID]:
    """Lock those of the carts that are open still and that nobody works on."""
    carts = Cart.objects.select_for_update(no_key=True, skip_locked=True)
    found = carts.filter(pk__in=cart_ids, closed_at=None).order_by("pk")
    return list(found.values_list("pk", flat=True))
