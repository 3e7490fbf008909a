"""How promotions say no."""

from typing import ClassVar

from shopflow.lib.errors import DomainError, InvalidInput


class DiscountRefused(DomainError):
    """A discount can't be used; the message says why."""

    status = 409
    used_up: ClassVar[str] = ""
    used_by_you: ClassVar[str] = ""


class CouponRefused(DiscountRefused):
    """The coupon can't be used for this cart; `extra["reason"]` says why as a stable code."""

    code = "coupon_refused"
    message = "This code isn't valid."
    used_up = "This code has just been used up."
    used_by_you = "You have used this code as often as you can."


class PromotionRefused(DiscountRefused):
    """An offer the shopper saw applied has just run out; the cart shows what it costs now."""

    code = "promotion_refused"
    message = "An offer in your cart has just run out. Please look at the new total."
    used_up = message
    used_by_you = "You have used an offer in your cart as often as you can."


class InvalidDiscount(InvalidInput):
    """The terms of a coupon or promotion make no sense; the message says which."""

    code = "invalid_discount"
    message = "Please check what it takes off, and when."


class InvalidCoupon(InvalidDiscount):
    code = "invalid_coupon"


class InvalidPromotion(InvalidDiscount):
    code = "invalid_promotion"


class CodeTaken(DomainError):
    code = "code_taken"
    status = 409
    message = "There is a coupon with this code already. Choose another code."
