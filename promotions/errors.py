"""How promotions say no."""

from shopflow.lib.errors import DomainError, InvalidInput


class CouponRefused(DomainError):
    """The coupon can't be used for this cart; the message says why."""

    code = "coupon_refused"
    status = 409
    message = "This code isn't valid."


class InvalidCoupon(InvalidInput):
    code = "invalid_coupon"
    message = "A percentage is between 0 and 100, a limit is 1 or more."


class CodeTaken(DomainError):
    code = "code_taken"
    status = 409
    message = "There is a coupon with this code already. Choose another code."
