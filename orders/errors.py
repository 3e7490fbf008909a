"""How orders say no."""

from typing import Any

from shopflow.lib.errors import DomainError, InvalidInput, NotFound


class OrderNotFound(NotFound):
    """Unknown, or somebody else's: both read the same."""

    code = "order_not_found"
    message = "We can't find this order. Please use the link you got when you ordered."


class QuoteChanged(DomainError):
    """The cart costs something else than the shopper agreed to; `quote` is the new one."""

    code = "quote_changed"
    status = 409
    message = "Prices changed while you were checking out. Please look at the new total."

    def __init__(self, quote: Any) -> None:
        super().__init__()
        self.quote = quote


class CartNotOrderable(DomainError):
    """A line can't be bought any more; `extra["lines"]` names the variants."""

    code = "cart_not_orderable"
    status = 409
    message = "Something in your cart isn't available any more. Please look at your cart."


class InvalidCheckout(InvalidInput):
    code = "invalid_checkout"
    message = "Please check your e-mail and address."


class VatIdInvalid(InvalidInput):
    code = "vat_id_invalid"
    message = "This isn't a VAT number. Please look for a slip."


class OrderNotCancellable(DomainError):
    code = "order_not_cancellable"
    status = 409
    message = "This order can't be cancelled any more."


class OrderNotShippable(DomainError):
    code = "order_not_shippable"
    status = 409
    message = "Only a paid order that hasn't left yet can be shipped."


class TrackingTaken(DomainError):
    code = "tracking_taken"
    status = 409
    message = "This tracking number is already on another shipment."


class PaymentDoesNotFit(DomainError):
    """The money that came isn't exactly what the order costs."""

    code = "payment_does_not_fit"
    status = 409
    message = "The amount paid isn't the amount of the order."


class InvalidShipment(InvalidInput):
    code = "invalid_shipment"
    message = "Please fill in the carrier and the tracking number."


class NothingToTell(DomainError):
    """A mail would say what isn't so (yet)."""

    code = "nothing_to_tell"
    status = 409
    message = "This isn't true of the order, so there is nothing to tell."


class PaperNotFound(NotFound):
    """No such document of this order: it wasn't paid, or is from before there were invoices."""

    code = "paper_not_found"
    message = "There is no invoice for this order. It comes with the payment."


class PaperNotReady(DomainError):
    code = "paper_not_ready"
    status = 409
    message = "Your invoice is being made. Please try again in a minute."


class NothingToReorder(DomainError):
    code = "nothing_to_reorder"
    status = 409
    message = "Nothing of this order is sold any more. Perhaps you like something else of ours."
