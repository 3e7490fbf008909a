"""Many single-use codes at once, for a mailing or a print run."""

import re
import secrets
from typing import Any
from uuid import UUID

from django.db.models.functions import Lower

from promotions.commands.saving import LONGEST_CODE, TERMS
from promotions.errors import InvalidCoupon
from promotions.models import Coupon, CouponCategory, CouponProduct
from shopflow.lib.transactions import command

# Without 0 O, 1 I L, 2 Z, 5 S, 8 B and Q: nobody types one of them for another.
LETTERS = "ACDEFGHJKMNPRTUVWXY34679"
MOST_CODES = 10_000
BATCH = 1_000
PLACEHOLDER = "X"
READABLE = re.compile(r"[A-Z0-9][A-Z0-9-]*")
# So many more codes are possible than are made, or guessing one would pay.
ROOM = 1_000_000


@command
def make_codes(
    *, count: int, like_id: UUID, prefix: str = "", pattern: str = "XXXX-XXXX"
) -> list[str]:
    """Make coupons that work once each, on the terms of another; return their codes.

    A code is the prefix and then the pattern, in which each X becomes a random letter or digit.
    At most 10,000 at a time. Raises InvalidCoupon.
    """
    prefix, pattern = prefix.strip().upper(), pattern.strip().upper()
    _check(count, prefix, pattern)
    like = Coupon.objects.get(pk=like_id)
    codes = _new_codes(count, prefix, pattern)
    terms = {name: getattr(like, name) for name in TERMS}
    terms |= {"usage_limit": 1, "is_active": True}
    coupons = [Coupon(code=code, **terms) for code in codes]
    Coupon.objects.bulk_create(coupons, batch_size=BATCH)
    _copy_things(like, coupons)
    return codes


def _check(count: int, prefix: str, pattern: str) -> None:
    if not 1 <= count <= MOST_CODES:
        raise InvalidCoupon(f"Make 1 to {MOST_CODES:,} codes at a time.")
    if not READABLE.fullmatch(prefix + pattern) or len(prefix + pattern) > LONGEST_CODE:
        raise InvalidCoupon(
            f"Codes are of letters A to Z, digits and hyphens, {LONGEST_CODE} at most."
        )
    if len(LETTERS) ** pattern.count(PLACEHOLDER) < count * ROOM:
        raise InvalidCoupon("These codes could be guessed. Put more X into the pattern.")


def _new_codes(count: int, prefix: str, pattern: str) -> list[str]:
    """Return codes that nobody has; the unique index decides should somebody be quicker."""
    found: dict[str, None] = {}
    while len(found) < count:
        fresh = {prefix + _filled(pattern) for _ in range(count - len(found))} - found.keys()
        lower = Coupon.objects.annotate(lower=Lower("code")).filter(
            lower__in=[code.lower() for code in fresh]
        )
        taken = set(lower.values_list("lower", flat=True))
        found |= dict.fromkeys(sorted(code for code in fresh if code.lower() not in taken))
    return list(found)


def _filled(pattern: str) -> str:
    return "".join(secrets.choice(LETTERS) if sign == PLACEHOLDER else sign for sign in pattern)


def _copy_things(like: Coupon, coupons: list[Coupon]) -> None:
    of: tuple[tuple[Any, str, Any], ...] = (
        (CouponProduct, "product_id", like.products),
        (CouponCategory, "category_id", like.categories),
    )
    for model, column, rows in of:
        things = list(rows.values_list(column, flat=True))
        model.objects.bulk_create(
            [model(coupon=coupon, **{column: thing}) for coupon in coupons for thing in things],
            batch_size=BATCH,
        )
