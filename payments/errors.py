"""How payments say no."""

from shopflow.lib.errors import DomainError, InvalidInput, NotFound


class PaymentNotFound(NotFound):
    code = "payment_not_found"
    message = "We can't find this payment."


class PaymentMethodNotFound(NotFound):
    code = "payment_method_not_found"
    message = "We can't find this card."


class OrderNotPayable(DomainError):
    code = "order_not_payable"
    status = 409
    message = "This order can't be paid any more."


class AmountMismatch(DomainError):
    """A provider's event names another amount or currency than we asked for."""

    code = "amount_mismatch"
    status = 400
    message = "The amount isn't the amount of this payment."


class RefundTooMuch(DomainError):
    code = "refund_too_much"
    status = 409
    message = "That is more than is left of this payment."


class PaymentDisputed(DomainError):
    """The bank holds the money until it has decided: a refund now would pay it back twice."""

    code = "payment_disputed"
    status = 409
    message = "The card holder disputes this payment. Answer the dispute, or wait for the bank."


class DisputeNotFound(NotFound):
    code = "dispute_not_found"
    message = "We can't find this dispute."


class DisputeTooEarly(DomainError):
    """A dispute over money that we haven't heard of yet: the news of it is still to come."""

    code = "dispute_too_early"
    status = 409
    message = "This payment hasn't brought any money yet, as far as we know."


class DisputeOver(DomainError):
    code = "dispute_over"
    status = 409
    message = "The bank has decided already."


class LineRefundedAlready(DomainError):
    """More units of a line are to be given back than are left of it."""

    code = "line_refunded_already"
    status = 409
    message = "Fewer units of this are left to give back. Please look at the order again."


class InvalidRefund(InvalidInput):
    code = "invalid_refund"
    message = "A refund is an amount above 0 with at most two decimals."


class GiftCardNotFound(NotFound):
    code = "gift_card_not_found"
    message = "We don't know this gift card code. Please check it for typing mistakes."


class GiftCardNotUsable(DomainError):
    """Blocked, past its day, or of another currency."""

    code = "gift_card_not_usable"
    status = 409
    message = "This gift card can't be used any more."


class GiftCardEmpty(DomainError):
    """All of it is spent, or kept for another order that isn't paid yet."""

    code = "gift_card_empty"
    status = 409
    message = "There is nothing left on this gift card."


class NothingLeftToPay(DomainError):
    code = "nothing_left_to_pay"
    status = 409
    message = "Your gift cards cover this order already."


class PaymentUnderWay(DomainError):
    code = "payment_under_way"
    status = 409
    message = "A payment of this order is under way. Please try again in a moment."


class InvalidGiftCard(InvalidInput):
    code = "invalid_gift_card"
    message = "A gift card has an amount above 0 with at most two decimals."


class NotAuthorized(DomainError):
    code = "payment_not_authorized"
    status = 409
    message = "This payment has no authorized money to take."


class CaptureUnderWay(DomainError):
    code = "capture_under_way"
    status = 409
    message = "Another amount of this payment is being taken already."


class InvalidCapture(InvalidInput):
    code = "invalid_capture"
    message = "Take an amount above 0, with at most two decimals, up to what is authorized."


class PaymentDeclined(DomainError):
    """The bank said no to a kept card; another may be tried."""

    code = "payment_declined"
    status = 402
    message = "Your bank declined this card. Nothing was taken. Please try another way to pay."
